// Read nodes with the relationships that leave them and, when asked, those that arrive.
// Every column holds one item for each node of a chunk; the last two lists of
// [type, element id of the other end, position, properties].
// parameters: chunks [[element id]], plain [type without properties worth reading], cap, arriving
// columns: keys, labels, properties, leaving, arriving
UNWIND $chunks AS chunk
CALL (chunk) {
  UNWIND chunk AS key
  MATCH (n) WHERE elementId(n) = key
  RETURN collect(n) AS part
}
RETURN
  [n IN part | elementId(n)] AS keys,
  [n IN part | labels(n)] AS labels,
  [n IN part | properties(n)/*or dates as text*/] AS properties,
  [n IN part | COLLECT {
    MATCH (n)-[r]->(m:_Instance/*|bound*/)
    WITH r, m ORDER BY r._position, m.uid, elementId(m) LIMIT $cap
    RETURN [
      type(r),
      elementId(m),
      coalesce(r._position, 2147483647),
      CASE WHEN type(r) IN $plain THEN null ELSE r {.*, _id: elementId(r)} END
    ]
  }] AS leaving,
  [n IN part | CASE WHEN NOT $arriving THEN [] ELSE COLLECT {
    MATCH (n)<-[r]-(m:_Instance/*|bound*/)
    WITH r, m ORDER BY m.uid, elementId(m) LIMIT $cap
    RETURN [
      type(r),
      elementId(m),
      coalesce(r._position, 2147483647),
      CASE WHEN type(r) IN $plain THEN null ELSE r {.*, _id: elementId(r)} END
    ]
  } END] AS arriving
