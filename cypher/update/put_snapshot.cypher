// Keep what a source says now; only the parts that changed are given.
// parameters: source, given {rows [{number, body}]}
// columns: none
UNWIND $given.rows AS row
MERGE (s:_Snapshot {id: $source + '#' + toString(row.number)})
SET s.source = $source, s.number = row.number, s.body = row.body
