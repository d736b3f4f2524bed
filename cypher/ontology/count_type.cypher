// Count the relationships of a type; the server knows the number without looking at them.
// parameters: none; _LINK is the relationship type
// columns: count
MATCH ()-[r:_LINK]->()
RETURN count(r) AS count
