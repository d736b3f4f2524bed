// Read all that is kept of where the values of one instance come from.
// parameters: key (element id)
// columns: uid, labels, properties, records [properties], links [[type, uid of the end, its name, properties]]
MATCH (n) WHERE elementId(n) = $key
RETURN
  n.uid AS uid,
  labels(n) AS labels,
  properties(n) AS properties,
  COLLECT { MATCH (n)-[:_RECORD]->(r:_Record) RETURN properties(r) } AS records,
  COLLECT {
    MATCH (n)-[e]->(m:_Instance)
    RETURN [type(e), m.uid, m.name, properties(e)]
  } AS links
