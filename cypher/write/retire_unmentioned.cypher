// Set aside what nothing is said of and nothing refers to, as it is, in case it comes back.
// A list in a map: the server plans once for any number, not again for each power of ten.
// parameters: given {rows [uid]}
// columns: none
UNWIND $given.rows AS uid
MATCH (n:_Instance {uid: uid})
WHERE n._mention AND NOT EXISTS { (n)--(:_Instance) }
SET n._labels = labels(n)
REMOVE n:$(labels(n))
SET n:_Retired
