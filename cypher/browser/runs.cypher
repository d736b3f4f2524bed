// List the runs that wrote last.
// parameters: none
// columns: run, command, source, finished, written, status
MATCH (r:_Run)
RETURN r.id AS run, r.command AS command, r.source AS source, r.finished AS finished,
  r.written AS written, r.status AS status
ORDER BY run DESC LIMIT 10
