// Find the things whose records or relationships a run made or ended.
// parameters: id
// columns: uid
MATCH (r:_Record {run: $id})<-[:_RECORD]-(n)
RETURN n.uid AS uid
UNION
MATCH (r:_Record {superseded_by: $id})<-[:_RECORD]-(n)
RETURN n.uid AS uid
UNION
MATCH (n:_Instance)
WHERE n._run = $id
RETURN n.uid AS uid
UNION
MATCH (n:_Instance)-[e]->(:_Instance)
WHERE e._run = $id OR $id IN e._runs
RETURN n.uid AS uid
