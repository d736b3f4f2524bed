// Read the uids of instances of a class, in their order.
// parameters: after (a uid), limit; _Label is the class
// columns: uid
MATCH (n:_Instance)
WHERE n.uid > $after AND n:_Label
RETURN n.uid AS uid ORDER BY uid LIMIT $limit
