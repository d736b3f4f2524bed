// Read who has locks at the moment.
// parameters: none
// columns: source, holder, host, pid, born, since, writes
CYPHER replan=skip
MATCH (l:_SourceLock)
RETURN l.source AS source, l.holder AS holder, l.host AS host, l.pid AS pid, l.born AS born,
  l.since AS since, coalesce(l.writes, false) AS writes
