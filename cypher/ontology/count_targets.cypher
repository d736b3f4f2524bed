// Count the links of an attribute by the labels of what they lead to.
// parameters: none; _Label is the class, _LINK the relationship type
// columns: labels, count
MATCH (n:_Label)-[:_LINK]->(target:_Instance)
RETURN labels(target) AS labels, count(*) AS count
