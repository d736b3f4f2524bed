// Read all nodes that are no instances, to carry them over to a new store.
// parameters: none
// columns: id, labels, properties
MATCH (n)
WHERE NOT n:_Instance
RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties
