// Say of a run what became of it.
// parameters: id, status, set
// columns: none
MATCH (r:_Run {id: $id})
SET r.status = $status, r += $set
