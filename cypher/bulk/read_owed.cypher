// Read what a store still lacks because a bulk load was cut before its end.
// parameters: none
// columns: body (JSON; no row when it lacks nothing)
CYPHER replan=skip
MATCH (b:_BulkLoad)
RETURN b.body AS body
