// Name one instance that a record is kept of.
// parameters: none
// columns: uid, name
MATCH (n:_Instance) WHERE (n._run IS NOT NULL OR n._promoted) AND COUNT { (n)--() } < 1000
RETURN n.uid AS uid, n.name AS name LIMIT 1
