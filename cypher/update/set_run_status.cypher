// Say what became of a run.
// parameters: id, status
// columns: none
MATCH (r:_Run {id: $id})
SET r.status = $status
