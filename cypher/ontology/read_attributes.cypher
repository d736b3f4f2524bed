// Read the attributes of concepts, each concept's in order.
// parameters: fields [property name]
// columns: rows [[concept, [value of each field], [name ranged over]]], a thousand at a time
MATCH (c:_Concept)-[h:_HAS_ATTRIBUTE]->(a:_Attribute)
WITH c.name AS concept, a ORDER BY h.position
WITH collect([
  concept,
  [field IN $fields | a[field]],
  COLLECT {
    MATCH (a)-[r:_RANGE]->(target:_Concept)
    RETURN target.name ORDER BY r.position
  }
]) AS rows
UNWIND range(0, size(rows) - 1, 1000) AS start
RETURN rows[start..start + 1000] AS rows
