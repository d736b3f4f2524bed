// Keep for history what stood behind a relationship and does not any more.
// parameters: rows [{id, type, head, tail, run, row, qualifiers, superseded_by}]
// columns: none
UNWIND $rows AS row
MERGE (s:_Statement {id: row.id})
SET s = row
