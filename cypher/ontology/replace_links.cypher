// Replace relationships by those of another type.
// parameters: rows [{id, head, tail, set {…}}]; _LINK is the old type, _RENAMED the new one
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.head})
MATCH (target:_Instance {uid: row.tail})
MATCH (n)-[old:_LINK]->(target)
WHERE elementId(old) = row.id
DELETE old
MERGE (n)-[new:_RENAMED]->(target)
ON CREATE SET new = row.set
