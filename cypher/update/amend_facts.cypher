// Set which runs state relationships of one type.
// One that nobody states any more goes, unless it follows from a record too.
// parameters: rows [{head, tail, uid, runs [run], rows [row]}]
// columns: none
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MATCH (a)-[e:_LINK/*key*/]->(b)
SET e._run = row.runs[0],
    e._row = row.rows[0],
    e._runs = CASE WHEN size(row.runs) > 1 THEN row.runs[1..] END,
    e._rows = CASE WHEN size(row.runs) > 1 THEN row.rows[1..] END
WITH e
WHERE e._run IS NULL AND e._derived IS NULL
DELETE e
