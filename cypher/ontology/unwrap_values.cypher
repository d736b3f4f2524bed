// Make lists of one value of an attribute that value, in batches; longer lists stay.
// parameters: none; _Label is the class, _property the attribute
// columns: none
MATCH (n:_Label)
WHERE n:_Instance AND n._property IS :: LIST<ANY> NOT NULL AND size(n._property) < 2
CALL (n) {
  SET n._property = head(n._property)
} IN TRANSACTIONS OF 10000 ROWS
