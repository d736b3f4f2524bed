// Count the instances of a class by all the labels they have.
// parameters: none; _Label is the class
// columns: labels, count
MATCH (n:_Label)
WHERE n:_Instance
RETURN labels(n) AS labels, count(*) AS count
