// Note what may be one with some things.
// parameters: rows [{uid, near}]
// columns: none
UNWIND $rows AS row
MATCH (b:_Blocked {uid: row.uid})
SET b.near = row.near
