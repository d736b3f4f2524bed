// Mark records with the run that ended them; null for those that stand again.
// A list in a map: the server plans once for any number, not again for each power of ten.
// parameters: given {rows [{id, by}]}
// columns: none
CYPHER replan=skip
UNWIND $given.rows AS row
MATCH (r:_Record {id: row.id})
SET r.superseded_by = row.by
