// Mark earlier runs of a source that never came to an end.
// parameters: source
// columns: none
MATCH (:_Source {name: $source})<-[:_OF_SOURCE]-(r:_Run)
WHERE r.status = 'running'
SET r.status = 'interrupted'
