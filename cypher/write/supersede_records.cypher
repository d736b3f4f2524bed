// Mark records as no longer what their source says.
// parameters: rows [id], run
// columns: none
UNWIND $rows AS id
MATCH (r:_Record {id: id})
SET r.superseded_by = $run
