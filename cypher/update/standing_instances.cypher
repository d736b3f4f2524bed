// Read the instances of which a source still says something, a page at a time.
// parameters: source, own [run], after, limit
// columns: uid
MATCH (n:_Instance)
WHERE n.uid > $after AND (
  n._run IN $own
  OR EXISTS {
    MATCH (n)-[:_RECORD]->(r:_Record {source: $source})
    WHERE r.superseded_by IS NULL AND r.undone IS NULL
  })
WITH n ORDER BY n.uid LIMIT $limit
RETURN n.uid AS uid
