// List the uids of the next instances, in order.
// parameters: after, limit
// columns: uids
MATCH (n:_Instance)
WHERE n.uid > $after
WITH n.uid AS uid ORDER BY uid LIMIT $limit
RETURN collect(uid) AS uids
