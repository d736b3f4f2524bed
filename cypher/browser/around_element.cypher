// Draw a node of a graph that is not knowloom's, with what is related to it.
// parameters: key (element id)
// columns: n, e, m
MATCH (n) WHERE elementId(n) = $key
OPTIONAL MATCH (n)-[e]-(m)
RETURN n, e, m LIMIT 100
