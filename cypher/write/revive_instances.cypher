// Bring back, with their history, instances that had been set aside.
// parameters: uids, labels (those that they are to have; null for those that they had)
// columns: none
UNWIND $uids AS uid
MATCH (n:_Retired {uid: uid})
SET n:$(coalesce($labels, n._labels))
REMOVE n:_Retired, n._labels
