// Close a run with its counts, and with a sentence for whoever meets it in a picture.
// parameters: id, status, finished, counts {given, written, unchanged, rejected}
// columns: none
MATCH (r:_Run {id: $id})
SET r.status = $status, r.finished = $finished, r += $counts,
  r.summary = r.command + ', ' + r.source + ': ' + toString(coalesce($counts.written, 0)) + ' written, '
    + toString(coalesce($counts.unchanged, 0)) + ' unchanged'
