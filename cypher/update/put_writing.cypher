// Say beside the lock of a source whether its run writes.
// parameters: source, run, writes
// columns: none
CYPHER replan=skip
MATCH (l:_SourceLock {source: $source})
WHERE l.run = $run
SET l.writes = $writes
