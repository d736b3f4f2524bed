// Count the values of an attribute.
// parameters: none; _Label is the class, _property the attribute
// columns: value, count
MATCH (n:_Label)
WHERE n:_Instance AND n._property IS NOT NULL
RETURN n._property AS value, count(*) AS count
