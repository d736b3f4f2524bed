// Count the instances of a class, those of its subclasses included.
// parameters: class; _Label is its label
// columns: class, instances
MATCH (n:_Label)
RETURN $class AS class, count(n) AS instances
