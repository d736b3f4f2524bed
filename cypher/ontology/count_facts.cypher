// Count the facts of a relation by the labels of their ends.
// parameters: none; _LINK is the relationship type
// columns: head, tail, count
MATCH (h:_Instance)-[:_LINK]->(t:_Instance)
RETURN labels(h) AS head, labels(t) AS tail, count(*) AS count
