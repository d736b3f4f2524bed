// Give facts of a relation a uid.
// parameters: rows [{id, head, tail, uid}]; _LINK is the relationship type
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.head})
MATCH (target:_Instance {uid: row.tail})
MATCH (n)-[r:_LINK]->(target)
WHERE elementId(r) = row.id
SET r.uid = row.uid
