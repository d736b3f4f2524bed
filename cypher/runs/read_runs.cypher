// Read runs that wrote something.
// parameters: numbers (null for all)
// columns: id, source, command, started, finished, status
CYPHER replan=skip
MATCH (r:_Run)
WHERE $numbers IS NULL OR r.id IN $numbers
RETURN r.id AS id, r.source AS source, r.command AS command, r.started AS started,
  r.finished AS finished, r.status AS status
ORDER BY id
