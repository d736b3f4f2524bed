// Read the statements that a run ended, and those it made that are history.
// parameters: id
// columns: id, type, head, tail, run, row, qualifiers, superseded_by
MATCH (s:_Statement)
WHERE s.superseded_by = $id OR s.run = $id
RETURN s.id AS id, s.type AS type, s.head AS head, s.tail AS tail, s.run AS run, s.row AS row,
  s.qualifiers AS qualifiers, s.superseded_by AS superseded_by
