// Record that runs have written something; their sources are created with them.
// A list, so that the statement is planned where there is none yet.
// parameters: given {runs [{id, source, command, started}]}
// columns: none
CYPHER replan=skip
UNWIND $given.runs AS run
MERGE (s:_Source {name: run.source})
MERGE (r:_Run {id: run.id})
ON CREATE SET
  r.source = run.source,
  r.command = run.command,
  r.started = run.started,
  r.status = 'running'
MERGE (r)-[:_OF_SOURCE]->(s)
