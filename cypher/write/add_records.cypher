// Keep records as nodes of their own.
// parameters: rows [{uid, id, set}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
MERGE (r:_Record {id: row.id})
ON CREATE SET r += row.set
MERGE (n)-[:_RECORD]->(r)
