// Read who has locks at the moment.
// parameters: none
// columns: source, of (the source that is written, when the lock is that of one run), holder, host,
//   pid, born, since, run, writes
CYPHER replan=skip
MATCH (l:_SourceLock)
RETURN l.source AS source, l.of AS of, l.holder AS holder, l.host AS host, l.pid AS pid,
  l.born AS born, l.since AS since, l.run AS run, coalesce(l.writes, false) AS writes
