// Draw an instance with the records that it is made of.
// parameters: uid
// columns: n, e, kept
MATCH (n:_Instance {uid: $uid})
OPTIONAL MATCH (n)-[e:_RECORD]->(kept:_Record)
RETURN n, e, kept
