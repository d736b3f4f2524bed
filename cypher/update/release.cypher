// Let what was merged be a thing of its own again.
// parameters: rows [uid]
// columns: none
UNWIND $rows AS uid
MATCH (n:_Redirect {uid: uid})
SET n:$(n._labels)
REMOVE n:_Redirect, n.to, n._labels
