// Take out of sight what nothing is said of and nothing refers to: with history it is kept apart,
// without it is no more.
// parameters: rows [uid]
// columns: none
UNWIND $rows AS uid
MATCH (n:_Instance {uid: uid})
WHERE n._mention AND NOT EXISTS { (n)--(:_Instance) }
CALL (n) {
  WITH n WHERE EXISTS { (n)-[:_RECORD]->() }
  SET n = {uid: n.uid}
  REMOVE n:$(labels(n))
  SET n:_Retired
  UNION
  WITH n WHERE NOT EXISTS { (n)-[:_RECORD]->() }
  DETACH DELETE n
}
