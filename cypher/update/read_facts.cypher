// Read the relationships of one type between these instances.
// parameters: rows [{head, tail}]
// columns: found [properties]
UNWIND $rows AS row
RETURN COLLECT {
  MATCH (:_Instance {uid: row.head})-[e:_LINK]->(:_Instance {uid: row.tail})
  RETURN properties(e)
} AS found
