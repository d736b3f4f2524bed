// List runs that wrote something, the newest first.
// parameters: source (null for all), limit
// columns: id, source, command, started, finished, status, complete, given, written, unchanged, rejected
MATCH (r:_Run)
WHERE $source IS NULL OR r.source = $source
WITH r ORDER BY r.id DESC LIMIT $limit
RETURN r.id AS id, r.source AS source, r.command AS command, r.started AS started,
  r.finished AS finished, r.status AS status, coalesce(r.complete, false) AS complete,
  r.given AS given, r.written AS written, r.unchanged AS unchanged, r.rejected AS rejected
