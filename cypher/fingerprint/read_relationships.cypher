// Read the outgoing relationships of these instances to other instances.
// parameters: uids
// columns: chunk [[head uid, type, tail uid, properties]]
UNWIND $uids AS uid
MATCH (a:_Instance {uid: uid})-[e]->(b:_Instance)
RETURN collect([a.uid, type(e), b.uid, properties(e)]) AS chunk
