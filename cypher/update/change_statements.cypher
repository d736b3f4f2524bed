// Let statements kept for history have been made and ended by other runs; null ends for none.
// parameters: rows [{id, run, superseded_by}]
// columns: none
UNWIND $rows AS row
MATCH (s:_Statement {id: row.id})
SET s.run = row.run, s.superseded_by = row.superseded_by
WITH s
WHERE s.superseded_by IS NULL
DELETE s
