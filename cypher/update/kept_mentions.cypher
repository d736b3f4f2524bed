// Read what things were called that nothing referred to any more.
// parameters: uids
// columns: uid, body
UNWIND $uids AS uid
MATCH (k:_KeptMention {uid: uid})
WHERE NOT EXISTS { (:_Instance {uid: uid}) }
RETURN k.uid AS uid, k.body AS body
