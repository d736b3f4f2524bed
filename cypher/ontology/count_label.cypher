// Count the nodes of a class; the server knows the number without looking at them.
// parameters: none; _Label is the class
// columns: count
MATCH (n:_Label)
RETURN count(n) AS count
