// Remove the note of what a bulk load still has to do.
// parameters: none
// columns: none
MATCH (b:_BulkLoad)
DELETE b
