// Close an update in the ledger.
// parameters: id, status, set
// columns: none
MATCH (r:_Run {id: $id})
SET r.status = $status, r += $set, r.finished = datetime(),
  r.summary = r.command + ', ' + r.source + ': ' + toString(coalesce($set.written, 0)) + ' written, '
    + toString(coalesce($set.unchanged, 0)) + ' unchanged'
