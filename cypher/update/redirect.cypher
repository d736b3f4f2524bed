// Let what was merged lead elsewhere.
// parameters: rows [{uid, to}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Redirect {uid: row.uid})
SET n.to = row.to
