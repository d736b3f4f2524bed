// Read some relationships of a type from instances of a class.
// parameters: limit; _Label is the class, _LINK the relationship type
// columns: id, head, tail, properties
MATCH (n:_Label)-[r:_LINK]->(target:_Instance)
RETURN elementId(r) AS id, n.uid AS head, target.uid AS tail, properties(r) AS properties
LIMIT $limit
