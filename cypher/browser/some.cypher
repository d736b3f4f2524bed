// Draw some instances of a class.
// parameters: none; _Label is its label
// columns: n
MATCH (n:_Label)
RETURN n LIMIT 25
