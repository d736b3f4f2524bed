// Tell how instances that show nothing are still referred to.
// parameters: none
// columns: uid, into [relationship type], from [relationship type]
MATCH (n:_Gone)
WHERE EXISTS { (n)--(:_Instance) }
RETURN n.uid AS uid,
  COLLECT { MATCH (n)<-[e]-(:_Instance) RETURN DISTINCT type(e) } AS into,
  COLLECT { MATCH (n)-[e]->(:_Instance) RETURN DISTINCT type(e) } AS from
