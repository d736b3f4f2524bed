// Close a run with its counts.
// parameters: id, status, finished, counts {given, written, unchanged, rejected}
// columns: none
MATCH (r:_Run {id: $id})
SET r.status = $status, r.finished = $finished, r += $counts
