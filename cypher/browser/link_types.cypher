// Name the types of the relationships that leave some instances of a class.
// parameters: none; _Label is its label
// columns: type, count
MATCH (n:_Label)
WITH n LIMIT 200
MATCH (n)-[e]->() WHERE NOT type(e) STARTS WITH '_'
WITH e LIMIT 20000
RETURN type(e) AS type, count(e) AS count
ORDER BY count DESC, type LIMIT 3
