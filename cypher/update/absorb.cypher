// Set instances aside whose records belong to others now; they lead there.
// parameters: rows [{uid, to}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
CALL (n) {
  MATCH (n)-[e]-(:_Instance)
  DELETE e
}
SET n._labels = labels(n)
REMOVE n:$(labels(n))
SET n:_Redirect, n.to = row.to
