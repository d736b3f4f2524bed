// Find whose records refer, or once referred, to one of these things.
// parameters: uids
// columns: uid
UNWIND $uids AS uid
MATCH (m:_Instance)-[e]->(:_Instance {uid: uid})
WHERE e._derived
RETURN m.uid AS uid
UNION
MATCH (r:_Record)<-[:_RECORD]-(m)
WHERE r.superseded_by > 0 AND any(uid IN $uids WHERE r.body CONTAINS uid)
RETURN m.uid AS uid
