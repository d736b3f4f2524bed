// Draw an instance with the records that it is made of, and the runs that wrote them.
// parameters: uid
// columns: n, e, kept, run
MATCH (n:_Instance {uid: $uid})
OPTIONAL MATCH (n)-[e:_RECORD]->(kept:_Record)
OPTIONAL MATCH (run:_Run) WHERE run.id IN [n._run, kept.run]
RETURN n, e, kept, run
