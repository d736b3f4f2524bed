// Find what hangs from nodes and shares a word with a question.
// parameters: nodes [element id], words [text in lower case], each (relationships of one node)
// columns: node, type, forward, other, name
UNWIND $nodes AS key
MATCH (n) WHERE elementId(n) = key
CALL (n) {
  MATCH (n)-[r]-(m)
  WHERE NOT type(r) STARTS WITH '_'
  RETURN r, m LIMIT $each
}
WITH key, n, r, m, toString(coalesce(m.name/*or name*/, '')) AS name
WITH key, n, r, m, name, toLower(name) AS lower
WHERE any(word IN $words WHERE lower CONTAINS word)
RETURN
  key AS node,
  type(r) AS type,
  startNode(r) = n AS forward,
  elementId(m) AS other,
  name
