// Name some instances that several sources speak of, those with the most records first.
// What half the graph is related to is left out: to look at it takes long.
// parameters: limit
// columns: uid, name, records
MATCH (n:_Instance)-[:_RECORD]->(r:_Record)
WITH n, r LIMIT 20000
WITH n, count(r) AS records WHERE records > 1 AND COUNT { (n)--() } < 1000
RETURN n.uid AS uid, n.name AS name, records
ORDER BY records DESC, uid LIMIT $limit
