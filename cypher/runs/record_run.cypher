// Record that a run has written something; its source is created with it.
// parameters: id, source, command, started
// columns: none
CYPHER replan=skip
MERGE (s:_Source {name: $source})
MERGE (r:_Run {id: $id})
ON CREATE SET r.source = $source, r.command = $command, r.started = $started, r.status = 'running'
MERGE (r)-[:_OF_SOURCE]->(s)
