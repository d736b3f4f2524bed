// Find the uids of nodes of knowloom's own layout.
// parameters: keys [element id]
// columns: key, uid
UNWIND $keys AS key
MATCH (n) WHERE elementId(n) = key AND n.uid IS NOT NULL
RETURN key, n.uid AS uid
