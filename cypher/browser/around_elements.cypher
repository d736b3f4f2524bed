// Draw some nodes, by their element ids, with what is related to them.
// parameters: keys (element ids)
// columns: n, e, m
MATCH (n) WHERE elementId(n) IN $keys
OPTIONAL MATCH (n)-[e]-(m) WHERE NOT type(e) STARTS WITH '_'
RETURN n, e, m LIMIT 100
