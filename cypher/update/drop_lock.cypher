// Drop the lock of a source, if it is still that of this run.
// parameters: source, run
// columns: none
CYPHER replan=skip
MATCH (l:_SourceLock {source: $source})
WHERE l.run = $run
DELETE l
