// Read what instances are called, a page at a time.
// parameters: after (the last uid read, empty at first), limit
// columns: uids, labels [[label]], names, aliases [[alias]]
MATCH (n:_Instance)
WHERE n.uid > $after AND n.name IS NOT NULL
WITH n ORDER BY n.uid LIMIT $limit
RETURN collect(n.uid) AS uids, collect(labels(n)) AS labels, collect(n.name) AS names,
  collect(coalesce(n.aliases, [])) AS aliases
