// Read what is kept of instances of which more than one record speaks; see why.
// parameters: uids
// columns: uid, labels, properties, records [properties], links [[type, uid of the end, its name, properties]]
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
WHERE COUNT { (n)-[:_RECORD]->(:_Record) } + (CASE WHEN n._hash IS NULL THEN 0 ELSE 1 END) > 1
RETURN
  n.uid AS uid,
  labels(n) AS labels,
  properties(n) AS properties,
  COLLECT { MATCH (n)-[:_RECORD]->(r:_Record) RETURN properties(r) } AS records,
  COLLECT {
    MATCH (n)-[e]->(m:_Instance)
    RETURN [type(e), m.uid, m.name, properties(e)]
  } AS links
