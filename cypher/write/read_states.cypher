// Read all that is kept of these instances: values, inline or separate records, derived links.
// parameters: uids
// columns: uid, labels, properties, records [properties], links [[type, uid, position, stated]]
UNWIND $uids AS uid
MATCH (n:_Instance/*|retired*/ {uid: uid})
RETURN
  n.uid AS uid,
  labels(n) AS labels,
  properties(n) AS properties,
  COLLECT { MATCH (n)-[:_RECORD]->(r:_Record) RETURN properties(r) } AS records,
  COLLECT {
    MATCH (n)-[e]->(m:_Instance)
    WHERE e._derived
    RETURN [type(e), m.uid, e._position, e._run IS NOT NULL]
  } AS links
