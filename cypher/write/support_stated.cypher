// Note that this run's source states these relationships too.
// parameters: rows [{head, tail, uid, row}], run, own [run of this source]
// columns: supported (relationships that gained evidence)
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MATCH (a)-[e:_LINK/*key*/]->(b)
WHERE NOT any(run IN coalesce(e._runs, []) WHERE run IN $own)
SET e._runs = CASE WHEN e._run IS NULL THEN e._runs ELSE coalesce(e._runs, []) + $run END,
    e._rows = CASE WHEN e._run IS NULL THEN e._rows ELSE coalesce(e._rows, []) + coalesce(row.row, 0) END,
    e._row = CASE WHEN e._run IS NULL THEN row.row ELSE e._row END,
    e._run = coalesce(e._run, $run)
RETURN count(e) AS supported
