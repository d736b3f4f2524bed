// Bring back, with their history, instances that had been set aside.
// parameters: uids
// columns: none
UNWIND $uids AS uid
MATCH (n:_Retired {uid: uid})
SET n:$(n._labels)
REMOVE n:_Retired, n._labels
