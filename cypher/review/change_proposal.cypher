// Change a proposal that stands as it was read, and was not changed since.
// parameters: id, state, before (how many deeds were read),
//   set {body, confidence, why, state, deeds}
// columns: id (no row when somebody was faster)
MATCH (p:_Proposal {id: $id})
SET p.state = p.state // takes the lock before the question
WITH p
WHERE p.state = $state AND size(p.deeds) = $before
SET p += $set
RETURN p.id AS id
