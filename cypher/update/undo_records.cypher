// Set records aside that count as never said.
// parameters: rows [{id, set}], run
// columns: none
UNWIND $rows AS row
CREATE (u:_Undone {id: row.id})
SET u += row.set, u.undone_by = $run
WITH row
MATCH (r:_Record {id: row.id})
DETACH DELETE r
