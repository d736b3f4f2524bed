// Close an update in the ledger.
// parameters: id, status, set
// columns: none
MATCH (r:_Run {id: $id})
SET r.status = $status, r += $set, r.finished = datetime()
