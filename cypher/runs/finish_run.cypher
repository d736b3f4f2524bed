// Close a run with its counts, and with a sentence for whoever meets it in a picture.
// parameters: id, status, finished, told {given, written, unchanged, rejected, …}
// columns: none
CYPHER replan=skip
MATCH (r:_Run {id: $id})
SET r.status = $status, r.finished = $finished, r += $told,
  r.summary = r.command + ', ' + r.source + ': ' + toString(coalesce($told.written, 0)) + ' written, '
    + toString(coalesce($told.unchanged, 0)) + ' unchanged'
