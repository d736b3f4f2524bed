// Read what things are called by themselves, whatever they were merged with.
// parameters: uids
// columns: uid, names
UNWIND $uids AS uid
OPTIONAL MATCH (b:_Blocked {uid: uid})
OPTIONAL MATCH (n:_Instance {uid: uid})
OPTIONAL MATCH (r:_Redirect {uid: uid})
RETURN uid,
  coalesce(b.names, [x IN [coalesce(r.name, n.name)] WHERE x IS NOT NULL]) AS names
