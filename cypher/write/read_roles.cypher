// Read in what roles others refer to instances of which they alone speak.
// parameters: given {rows [uid]}
// columns: uid, labels, properties, roles [[type, whether the instance is its end, labels of the start]]
UNWIND $given.rows AS uid
MATCH (n:_Instance {uid: uid})
WHERE n._mention
RETURN
  n.uid AS uid,
  labels(n) AS labels,
  properties(n) AS properties,
  COLLECT {
    MATCH (n)<-[e]-(m:_Instance)
    RETURN DISTINCT [type(e), true, labels(m)]
  } + COLLECT {
    MATCH (n)-[e]->(:_Instance)
    RETURN DISTINCT [type(e), false, labels(n)]
  } AS roles
