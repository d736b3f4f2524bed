// Read the relationships that a run stated.
// parameters: run
// columns: type, head, tail, uid
MATCH (a:_Instance)-[e]->(b:_Instance)
WHERE e._run = $run OR $run IN coalesce(e._runs, [])
RETURN type(e) AS type, a.uid AS head, b.uid AS tail, e.uid AS uid
