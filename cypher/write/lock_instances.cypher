// Take the write locks of these instances, in the order given, until the transaction ends.
// parameters: uids
// columns: none
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
SET n._locked = true
REMOVE n._locked
