// Read all concepts in order, the roots included.
// parameters: fields [property name]
// columns: rows [[name, position, [value of each field]]], a thousand at a time
MATCH (c:_Concept)
WITH c ORDER BY c.position
WITH collect([c.name, c.position, [field IN $fields | c[field]]]) AS rows
UNWIND range(0, size(rows) - 1, 1000) AS start
RETURN rows[start..start + 1000] AS rows
