// Set aside what nothing is said of and nothing refers to, as it is, in case it comes back.
// parameters: rows [uid]
// columns: none
UNWIND $rows AS uid
MATCH (n:_Instance {uid: uid})
WHERE n._mention AND NOT EXISTS { (n)--(:_Instance) }
SET n._labels = labels(n)
REMOVE n:$(labels(n))
SET n:_Retired
