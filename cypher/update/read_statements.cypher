// Read the relationships that runs of a source stated, once for each statement.
// parameters: own [run of the source]
// columns: type, head, tail, uid, and where the source means other ends, ends and properties
MATCH (a:_Instance)-[e]->(b:_Instance)
WHERE e._run IS NOT NULL
WITH a, e, b, [e._run] + coalesce(e._runs, []) AS runs
UNWIND range(0, size(runs) - 1) AS i
WITH a, e, b, i, runs[i] AS run
WHERE run IN $own
WITH a, e, b, coalesce(e._ends, [])[i] AS said
RETURN DISTINCT type(e) AS type, a.uid AS head, b.uid AS tail, e.uid AS uid,
  CASE WHEN said <> '' THEN said END AS ends,
  CASE WHEN said <> '' THEN properties(e) END AS properties
