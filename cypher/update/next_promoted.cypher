// List the uids of the next instances with more than one record, in order.
// parameters: after, limit
// columns: uids
MATCH (n:_Instance)
WHERE n.uid > $after AND n._promoted
WITH n.uid AS uid ORDER BY uid LIMIT $limit
RETURN collect(uid) AS uids
