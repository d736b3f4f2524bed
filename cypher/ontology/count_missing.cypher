// Count the instances that lack an attribute.
// parameters: none; _Label is the class, _property the attribute
// columns: count
MATCH (n:_Label)
WHERE n:_Instance AND n._property IS NULL
RETURN count(*) AS count
