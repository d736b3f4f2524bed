// Take away what was known only because something referred to it, and nothing does any more.
// What it was called is kept, should a run be rolled back. One with records shows nothing any more.
// parameters: rows [{uid, body}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
WHERE n._mention AND NOT EXISTS { (n)--(:_Instance) }
WITH n, row, EXISTS { (n)-[:_RECORD]->() } AS has_records
FOREACH (_ IN CASE WHEN has_records THEN [] ELSE [1] END |
  MERGE (k:_KeptMention {uid: row.uid})
  SET k.body = row.body
  DETACH DELETE n)
WITH n, has_records
WHERE has_records
WITH n, [label IN labels(n) WHERE label <> '_Instance'] AS shown
SET n = {uid: n.uid, _promoted: true}
SET n:_Gone
REMOVE n:$(shown)
