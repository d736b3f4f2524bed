// Make single values of an attribute lists of one, in batches.
// parameters: none; _Label is the class, _property the attribute
// columns: none
MATCH (n:_Label)
WHERE n:_Instance AND n._property IS NOT NULL AND NOT n._property IS :: LIST<ANY>
CALL (n) {
  SET n._property = [n._property]
} IN TRANSACTIONS OF 10000 ROWS
