// Read by what things are known that others refer to and nobody describes, merged ones too.
// parameters: uids
// columns: uid, labels, properties
UNWIND $uids AS uid
MATCH (n:_Instance|_Redirect {uid: uid})
WHERE n._mention OR n._known IS NOT NULL
RETURN uid, coalesce(n._labels, labels(n)) AS labels, properties(n) AS properties
