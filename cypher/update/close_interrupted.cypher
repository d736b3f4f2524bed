// Mark earlier runs of a source that never came to an end.
// parameters: source, run
// columns: none
MATCH (:_Source {name: $source})<-[:_OF_SOURCE]-(r:_Run)
WHERE r.status = 'running' AND r.id <> $run
SET r.status = 'interrupted'
