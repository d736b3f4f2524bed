// Tell which of some things have records of their own, and so may be said in several ways.
// parameters: uids
// columns: uid
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
WHERE n._promoted
RETURN uid
