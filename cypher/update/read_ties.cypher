// Read the relationships of these instances that rows of their own state.
// parameters: uids
// columns: type, head, tail, properties
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})-[e]-(:_Instance)
WHERE e._run IS NOT NULL
WITH DISTINCT e
RETURN type(e) AS type, startNode(e).uid AS head, endNode(e).uid AS tail,
  properties(e) AS properties
