// Forget the blocks of things of which nothing is said any more.
// parameters: rows [uid]
// columns: none
UNWIND $rows AS uid
MATCH (b:_Blocked {uid: uid})
DELETE b
