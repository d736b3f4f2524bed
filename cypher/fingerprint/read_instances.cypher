// Read all instances after a uid, in order of uid, without the reserved properties.
// parameters: after, limit
// columns: chunk [[uid, labels, properties]]
MATCH (n:_Instance)
WHERE n.uid > $after
WITH n ORDER BY n.uid LIMIT $limit
RETURN collect([n.uid, labels(n), properties(n)]) AS chunk
