// Let stated relationships of one type carry exactly these properties.
// Those without any go, but for the ones that also follow from a record.
// parameters: rows [{head, tail, set}]
// columns: none
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MERGE (a)-[e:_LINK/*key*/]->(b)
WITH e, row, e._derived AS derived, e._position AS position
SET e = row.set
SET e._derived = derived, e._position = position
WITH e
WHERE e._run IS NULL AND e._derived IS NULL
DELETE e
