// Read the instances of a class that meet conditions, with the relationships that leave them.
// Every column holds one item for each node of a chunk; the last two lists of
// [type, element id of the other end, position, properties].
// parameters: chunk, plain [type without properties worth reading], arriving, those of the conditions
// columns: keys, labels, properties, leaving, arriving
MATCH (n:_Instance/*&class|bound*/)
WHERE true/* AND conditions*/
WITH n/* ORDER BY n.uid, elementId(n) LIMIT $limit*/
WITH collect(n) AS found
UNWIND range(0, size(found) - 1, $chunk) AS start
WITH found[start..start + $chunk] AS part
RETURN
  [n IN part | elementId(n)] AS keys,
  [n IN part | labels(n)] AS labels,
  [n IN part | properties(n)/*or dates as text*/] AS properties,
  [n IN part | COLLECT {
    MATCH (n)-[r]->(m:_Instance/*|bound*/)
    RETURN [
      type(r),
      elementId(m),
      coalesce(r._position, 2147483647),
      CASE WHEN type(r) IN $plain THEN null ELSE r {.*, _id: elementId(r)} END
    ]
  }] AS leaving,
  [n IN part | CASE WHEN NOT $arriving THEN [] ELSE COLLECT {
    MATCH (n)<-[r]-(m:_Instance/*|bound*/)
    RETURN [
      type(r),
      elementId(m),
      2147483647,
      CASE WHEN type(r) IN $plain THEN null ELSE r {.*, _id: elementId(r)} END
    ]
  } END] AS arriving
