// Read which concepts hang below which, each concept's parents in order.
// parameters: none
// columns: rows [[child, parent]], a thousand at a time
MATCH (c:_Concept)-[s:_SUBCLASS_OF]->(parent:_Concept)
WITH c.name AS child, parent.name AS parent ORDER BY s.position
WITH collect([child, parent]) AS rows
UNWIND range(0, size(rows) - 1, 1000) AS start
RETURN rows[start..start + 1000] AS rows
