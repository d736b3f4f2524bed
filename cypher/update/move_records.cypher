// Let records belong to other instances.
// parameters: rows [{id, uid}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
MATCH (r:_Record {id: row.id})
OPTIONAL MATCH (:_Instance)-[o:_RECORD]->(r)
DELETE o
MERGE (n)-[:_RECORD]->(r)
