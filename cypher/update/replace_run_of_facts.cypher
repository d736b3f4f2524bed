// Let relationships of one type be stated by another run instead of one, or by one less.
// One that nobody states any more goes, unless it follows from a record too.
// parameters: rows [{head, tail, uid}], run, next (null for none)
// columns: none
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MATCH (a)-[e:_LINK/*key*/]->(b)
WITH e, [number IN [e._run] + coalesce(e._runs, []) | CASE WHEN number = $run THEN $next ELSE number END]
  AS numbers
WITH e, [number IN numbers WHERE number IS NOT NULL] AS left
SET e._run = left[0],
    e._runs = CASE WHEN size(left) > 1 THEN left[1..] END,
    e._rows = CASE WHEN size(left) > 1 THEN e._rows END
WITH e
WHERE e._run IS NULL AND e._derived IS NULL
DELETE e
