// Read the relationships of some types that meet conditions.
// parameters: those of the conditions, and limit where there is one
// columns: start (element id), fact [type, element id of the end, position, properties]
MATCH (a:_Instance/*|bound*/)-[r:_LINK/*types*/]->(b:_Instance/*|bound*/)
WHERE true/* AND conditions*/
WITH a, r, b/* ORDER BY a.uid, b.uid, r.uid, elementId(r) LIMIT $limit*/
RETURN
  elementId(a) AS start,
  [type(r), elementId(b), 2147483647, r {.*, _id: elementId(r)}] AS fact
