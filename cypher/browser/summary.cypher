// Sum an instance up: its own classes, its values, where its links lead, how many sources.
// parameters: uid
// columns: summary, leads, sources
MATCH (n:_Instance {uid: $uid})
WITH n, COLLECT {
  MATCH (c:_Concept)
  WHERE c.name IN labels(n) AND NOT EXISTS {
    MATCH (c)<-[:_SUBCLASS_OF]-(below:_Concept) WHERE below.name IN labels(n)
  }
  RETURN c.name ORDER BY c.name
} AS classes,
[key IN keys(n) WHERE NOT key STARTS WITH '_' AND NOT key IN ['uid', 'name'] |
  key + ' ' + CASE WHEN n[key] IS :: LIST<ANY>
    THEN substring(reduce(text = '', one IN n[key] | text + ', ' + toString(one)), 2)
    ELSE toString(n[key]) END] AS said
RETURN coalesce(n.name, n.uid) + ', ' + reduce(text = head(classes), one IN tail(classes) |
    text + ' and ' + one) + reduce(text = '', one IN said | text + '; ' + one) AS summary,
  COLLECT {
    MATCH (n)-[e]->(m:_Instance)
    RETURN DISTINCT type(e) + ' ' + coalesce(m.name, m.uid) LIMIT 50
  } AS leads,
  COUNT {
    MATCH (n)-[:_RECORD]->(r:_Record)
    WHERE r.superseded_by IS NULL AND NOT r.source STARTS WITH '_'
    RETURN DISTINCT r.source
  }
    + CASE WHEN n._hash IS NULL THEN 0 ELSE 1 END AS sources
