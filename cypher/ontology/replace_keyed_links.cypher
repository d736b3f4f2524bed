// Replace relationships by those of another type, where several may stand between two things.
// parameters: rows [{id, head, tail, uid, set {…}}]; _LINK is the old type, _RENAMED the new one
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.head})
MATCH (target:_Instance {uid: row.tail})
MATCH (n)-[old:_LINK]->(target)
WHERE elementId(old) = row.id
DELETE old
MERGE (n)-[new:_RENAMED {uid: row.uid}]->(target)
ON CREATE SET new = row.set
