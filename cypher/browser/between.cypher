// Draw some instances with what lies between them.
// parameters: uids
// columns: n, e, m
MATCH (n:_Instance) WHERE n.uid IN $uids
OPTIONAL MATCH (n)-[e]->(m:_Instance) WHERE m.uid IN $uids
RETURN n, e, m
