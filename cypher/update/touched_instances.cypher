// Read the instances whose records a run wrote or ended.
// parameters: run
// columns: uid
CALL () {
  MATCH (n:_Instance) WHERE n._run = $run RETURN n.uid AS uid
  UNION
  MATCH (n:_Instance)-[:_RECORD]->(r:_Record)
  WHERE r.run = $run OR r.superseded_by = $run
  RETURN n.uid AS uid
}
RETURN DISTINCT uid ORDER BY uid
