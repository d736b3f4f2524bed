// Create relationships that rows of their own state; name those that another source stated before.
// Classes are tested on the list of labels: a label test in the pattern would tempt the planner to
// scan a class that was empty when it planned.
// parameters: rows [{i, head, tail, uid, row, set}], heads [label], tails [label], run,
//   own [run of this source]
// columns: found (rows whose ends exist and fit), others [i]
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
WITH row, a, b
WHERE any(label IN labels(a) WHERE label IN $heads)
  AND any(label IN labels(b) WHERE label IN $tails)
MERGE (a)-[e:_LINK/*key*/]->(b)
ON CREATE SET e._run = $run, e._row = row.row/*qualifiers*/
RETURN
  count(e) AS found,
  collect(CASE WHEN e._run IS NULL OR NOT e._run IN $own THEN row.i END) AS others
