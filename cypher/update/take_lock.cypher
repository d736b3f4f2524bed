// Take the lock of a source, or say who has it.
// parameters: source, holder, host, pid, since, run
// columns: holder, host, pid, since, run (of whoever has it now)
CYPHER replan=skip
MERGE (l:_SourceLock {source: $source})
ON CREATE SET l.holder = $holder, l.host = $host, l.pid = $pid, l.since = $since, l.run = $run
RETURN l.holder AS holder, l.host AS host, l.pid AS pid, l.since AS since, l.run AS run
