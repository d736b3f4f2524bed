// Find by uid or name what is or was shown.
// parameters: seeds
// columns: seed, uid
UNWIND $seeds AS seed
MATCH (n:_Instance|_Retired|_Redirect)
WHERE n.uid = seed OR n.name = seed OR seed IN n.aliases
RETURN seed, coalesce(n.to, n.uid) AS uid
UNION
UNWIND $seeds AS seed
MATCH (n:_Instance|_Retired)-[:_RECORD]->(r:_Record)
WHERE r.body CONTAINS $quoted[seed]
RETURN seed, n.uid AS uid
