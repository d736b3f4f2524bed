// Read what is known only because something referred to it, and nothing does any more.
// parameters: uids
// columns: uid, labels, properties
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
WHERE n._mention AND NOT EXISTS { (n)--(:_Instance) }
RETURN n.uid AS uid, labels(n) AS labels, properties(n) AS properties
