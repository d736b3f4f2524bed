// Read one run, and the next one of its source.
// parameters: id
// columns: run (properties), next (properties, null when there is none)
MATCH (r:_Run {id: $id})
RETURN properties(r) AS run,
  COLLECT {
    MATCH (n:_Run {source: r.source})
    WHERE n.id > r.id AND n.status <> 'rolled back'
    RETURN properties(n) ORDER BY n.id LIMIT 1
  }[0] AS next
