// Read the statements about these things that are history.
// parameters: uids
// columns: type, head, tail, run, row, qualifiers, superseded_by
MATCH (s:_Statement)
WHERE s.head IN $uids OR s.tail IN $uids
RETURN s.type AS type, s.head AS head, s.tail AS tail, s.run AS run, s.row AS row,
  s.qualifiers AS qualifiers, s.superseded_by AS superseded_by
