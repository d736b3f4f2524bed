// Put proposals, those that are there as they are given now.
// parameters: rows [{id, set {about, subject, body, confidence, why, state, deeds}}]
// columns: none
UNWIND $rows AS row
MERGE (p:_Proposal {id: row.id})
SET p += row.set
