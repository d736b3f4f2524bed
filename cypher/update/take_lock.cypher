// Take the lock of a source, or say who has it.
// parameters: source, of (the source that is written, when the lock is that of one run), holder, host, pid, born, since, run
// columns: source, of, holder, host, pid, born, since, run (of whoever has it now)
CYPHER replan=skip
MERGE (l:_SourceLock {source: $source})
ON CREATE SET l.holder = $holder, l.host = $host, l.pid = $pid, l.born = $born,
  l.since = $since, l.run = $run, l.of = $of, l.writes = $of IS NOT NULL
RETURN l.source AS source, l.of AS of, l.holder AS holder, l.host AS host, l.pid AS pid,
  l.born AS born, l.since AS since, l.run AS run
