// Read the relationships of some types between nodes, with what they carry.
// parameters: keys [element id], types, limit
// columns: type, start, end (element ids), properties
UNWIND $keys AS key
MATCH (n) WHERE elementId(n) = key
MATCH (n)-[r]->(m)
WHERE type(r) IN $types
RETURN type(r) AS type, key AS start, elementId(m) AS end, properties(r) AS properties
LIMIT $limit
