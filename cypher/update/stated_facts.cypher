// Read the relationships of some instances that a source states.
// parameters: own [run], after (uid of the start node), limit (of start nodes)
// columns: last (uid of the last start node), facts [[type, head, tail, uid]]
MATCH (a:_Instance)
WHERE a.uid > $after
WITH a ORDER BY a.uid LIMIT $limit
WITH collect(a) AS page
WITH page, page[-1].uid AS last
UNWIND page AS a
OPTIONAL MATCH (a)-[e]->(b:_Instance)
WHERE e._run IS NOT NULL
  AND any(run IN [e._run] + coalesce(e._runs, []) WHERE run IN $own)
RETURN last, collect(CASE WHEN e IS NULL THEN null ELSE [type(e), a.uid, b.uid, e.uid] END) AS facts
