// Read all runs that wrote something.
// parameters: none
// columns: id, source, command, started, finished, status
MATCH (r:_Run)
RETURN r.id AS id, r.source AS source, r.command AS command, r.started AS started,
  r.finished AS finished, r.status AS status
ORDER BY id
