// Name some instances that several sources speak of, those with the most records first.
// parameters: limit
// columns: uid, name, records
MATCH (n:_Instance)-[:_RECORD]->(r:_Record)
WITH n, r LIMIT 20000
WITH n, count(r) AS records WHERE records > 1
RETURN n.uid AS uid, n.name AS name, records
ORDER BY records DESC, uid LIMIT $limit
