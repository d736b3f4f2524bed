// Tell which of these instances exist, and what they are.
// parameters: uids
// columns: uid, labels
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
RETURN n.uid AS uid, labels(n) AS labels
