// Read what things are called; those without a name are left out.
// parameters: uids
// columns: uid, name
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
WHERE n.name IS NOT NULL
RETURN uid, n.name AS name
