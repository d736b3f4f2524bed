// Count the instances that have more than one link of a type.
// parameters: none; _Label is the class, _LINK the relationship type
// columns: count
MATCH (n:_Label)
WHERE COUNT { (n)-[:_LINK]->(:_Instance) } > 1
RETURN count(*) AS count
