// Read runs, the newest first.
// parameters: source (null for all), limit
// columns: run [properties]
MATCH (r:_Run)
WHERE r.id > 0 AND ($source IS NULL OR r.source = $source)
RETURN properties(r) AS run
ORDER BY r.id DESC
LIMIT $limit
