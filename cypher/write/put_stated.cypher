// Let relationships of one type carry exactly these properties; those without any go.
// parameters: rows [{head, tail, set}]
// columns: none
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MERGE (a)-[e:_LINK/*key*/]->(b)
SET e = row.set
WITH e
WHERE e._run IS NULL AND e._derived IS NULL
DELETE e
