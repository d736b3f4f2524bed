// List some instances of a class with their plain values.
// parameters: none; _Label is its label, _name where the name is, columns the other values
// columns: name and one for each value
MATCH (n:_Label)
WITH n LIMIT 1000
RETURN n._name AS name/*columns*/
ORDER BY name LIMIT 25
