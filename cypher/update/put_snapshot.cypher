// Keep more parts of what a source says now.
// parameters: source, given {rows [{number, marks, body, gone}]}
// columns: none
CYPHER replan=skip
UNWIND $given.rows AS row
CREATE (s:_Snapshot {id: $source + '#' + toString(row.number), source: $source})
SET s.number = row.number, s.marks = row.marks, s.body = row.body, s.gone = row.gone
