// Mark records as no longer what their source says, or as standing again.
// parameters: rows [{id, superseded_by, undone}]
// columns: none
UNWIND $rows AS row
MATCH (r:_Record {id: row.id})
SET r.superseded_by = row.superseded_by, r.undone = row.undone
