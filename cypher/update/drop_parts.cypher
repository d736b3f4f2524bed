// Forget what a source said when it was last read whole.
// parameters: source
// columns: none
MATCH (s:_Snapshot {source: $source})
DELETE s
