// Remove links that no record of their start node supports any more; stated ones only lose the mark.
// A list in a map: the server plans once for any number, not again for each power of ten.
// parameters: given {rows [{head, tail}]}
// columns: none
UNWIND $given.rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MATCH (a)-[e:_LINK]->(b)
WHERE e._derived
FOREACH (_ IN CASE WHEN e._run IS NULL THEN [] ELSE [1] END | REMOVE e._derived, e._position)
WITH e
WHERE e._run IS NULL
DELETE e
