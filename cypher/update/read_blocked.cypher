// Read in which blocks things were put, and what they were called then.
// parameters: uids
// columns: uid, keys, names
UNWIND $uids AS uid
MATCH (b:_Blocked {uid: uid})
RETURN b.uid AS uid, b.keys AS keys, b.names AS names
