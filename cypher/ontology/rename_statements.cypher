// Let statements kept for history be of another relationship type.
// parameters: old, new, every; _Label is the class of the things they are made of, unless of every
// columns: none
MATCH (s:_Statement {type: $old})
WHERE $every OR EXISTS { MATCH (n:_Instance {uid: s.head}) WHERE n:_Label }
SET s.type = $new, s.id = $new + substring(s.id, size($old))
