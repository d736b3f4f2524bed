// Read all relationships between nodes that are no instances.
// parameters: none
// columns: start, end, type, properties
MATCH (a)-[e]->(b)
WHERE NOT a:_Instance AND NOT b:_Instance
RETURN elementId(a) AS start, elementId(b) AS end, type(e) AS type, properties(e) AS properties
