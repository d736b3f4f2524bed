// Draw a run, its source, and some of what it wrote.
// parameters: id
// columns: r, e, s, wrote
MATCH (r:_Run {id: $id})
OPTIONAL MATCH (r)-[e:_OF_SOURCE]->(s:_Source)
RETURN r, e, s, COLLECT {
  MATCH (n:_Instance) WHERE n._run = $id RETURN n LIMIT 25
} + COLLECT {
  MATCH (n:_Instance)-[:_RECORD]->(:_Record {run: $id}) RETURN n LIMIT 25
} AS wrote
