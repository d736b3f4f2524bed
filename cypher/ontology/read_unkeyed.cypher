// Read some facts of a relation that carry no uid.
// parameters: limit; _LINK is the relationship type
// columns: id, head, tail, properties
MATCH (n:_Instance)-[r:_LINK]->(target:_Instance)
WHERE r.uid IS NULL
RETURN elementId(r) AS id, n.uid AS head, target.uid AS tail, properties(r) AS properties
LIMIT $limit
