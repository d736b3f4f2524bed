// Read relationships of one type with all they hold.
// parameters: rows [{head, tail, uid}]
// columns: head, tail, uid, properties
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MATCH (a)-[e:_LINK/*key*/]->(b)
WHERE e._run IS NOT NULL
RETURN row.head AS head, row.tail AS tail, row.uid AS uid, properties(e) AS properties
