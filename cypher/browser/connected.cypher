// Name the best connected instances of a class, among its first 10,000.
// parameters: none; _Label is its label, _name where the name is
// columns: name, links
MATCH (n:_Label)
WITH n LIMIT 10000
RETURN n._name AS name, COUNT { (n)--() } AS links
ORDER BY links DESC, name LIMIT 10
