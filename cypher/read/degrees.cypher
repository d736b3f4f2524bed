// Count the relationships that nodes have with instances.
// parameters: keys [element id]
// columns: key, degree
UNWIND $keys AS key
MATCH (n) WHERE elementId(n) = key
RETURN key, COUNT { (n)--(:_Instance/*|bound*/) } AS degree
