// Count the instances that lack a link.
// parameters: none; _Label is the class, _LINK the relationship type
// columns: count
MATCH (n:_Label)
WHERE n:_Instance AND NOT EXISTS { (n)-[:_LINK]->(:_Instance) }
RETURN count(*) AS count
