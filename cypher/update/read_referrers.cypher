// Find the instances whose records refer to one of these.
// parameters: uids
// columns: uids
UNWIND $uids AS uid
MATCH (m:_Instance)-[e]->(:_Instance {uid: uid})
WHERE e._derived
RETURN collect(DISTINCT m.uid) AS uids
