// Tell when each source was last read.
// parameters: none
// columns: source, last_read, runs
MATCH (r:_Run)-[:_OF_SOURCE]->(s:_Source)
RETURN s.name AS source, max(r.finished) AS last_read, count(r) AS runs
ORDER BY last_read DESC LIMIT 25
