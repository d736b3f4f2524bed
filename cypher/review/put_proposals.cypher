// Put proposals; one that is there is left as it is.
// parameters: rows [{id, set {about, subject, body, confidence, why, state, deeds}}]
// columns: id, made (true when it was not there)
UNWIND $rows AS row
MERGE (p:_Proposal {id: row.id})
ON CREATE SET p += row.set, p._new = true
WITH p, coalesce(p._new, false) AS made
REMOVE p._new
RETURN p.id AS id, made
