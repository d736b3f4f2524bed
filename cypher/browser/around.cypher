// Draw an instance with what is related to it; knowloom's own nodes stay away.
// parameters: uid
// columns: n, e, m
MATCH (n:_Instance {uid: $uid})
OPTIONAL MATCH (n)-[e]-(m:_Instance)
RETURN n, e, m LIMIT 100
