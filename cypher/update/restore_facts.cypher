// Make relationships of one type again as they were.
// parameters: rows [{head, tail, uid, properties}]
// columns: none
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MERGE (a)-[e:_LINK/*key*/]->(b)
SET e += row.properties
