// Change what records say.
// parameters: rows [{id, body}]
// columns: none
UNWIND $rows AS row
MATCH (r:_Record {id: row.id})
SET r.body = row.body
