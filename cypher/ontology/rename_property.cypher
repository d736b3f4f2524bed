// Call an attribute of instances otherwise, in batches.
// parameters: none; _Label is the class, _property the old name, _renamed the new one
// columns: none
MATCH (n:_Label)
WHERE n:_Instance AND n._property IS NOT NULL
CALL (n) {
  SET n._renamed = coalesce(n._renamed, n._property)
  REMOVE n._property
} IN TRANSACTIONS OF 10000 ROWS
