// Mark records with the run that ended them; null for those that stand again.
// parameters: rows [{id, by}]
// columns: none
UNWIND $rows AS row
MATCH (r:_Record {id: row.id})
SET r.superseded_by = row.by
