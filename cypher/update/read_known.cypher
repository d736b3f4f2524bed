// Read by what things are known, shown, merged or set aside.
// parameters: uids
// columns: uid, labels, properties
UNWIND $uids AS uid
MATCH (n:_Instance|_Retired|_Redirect {uid: uid})
RETURN uid, coalesce(n._labels, labels(n)) AS labels, properties(n) AS properties
