// Bring back, with their history, instances of which nothing was said any more.
// parameters: uids
// columns: none
UNWIND $uids AS uid
MATCH (n:_Retired {uid: uid})
REMOVE n:_Retired
SET n:_Instance, n._mention = true, n._promoted = true
