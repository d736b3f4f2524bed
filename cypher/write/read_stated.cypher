// Read the relationships of one type that connect these instances.
// parameters: rows [{head, tail, uid (null where type and ends tell all)}]
// columns: found [properties, null where there is none]
UNWIND $rows AS row
RETURN COLLECT {
  MATCH (:_Instance {uid: row.head})-[e:_LINK]->(:_Instance {uid: row.tail})
  WHERE row.uid IS NULL OR e.uid = row.uid
  RETURN properties(e) LIMIT 1
}[0] AS found
