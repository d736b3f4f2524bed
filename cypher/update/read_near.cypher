// Read what may have been one with some things when they were last looked at.
// parameters: uids
// columns: near [uid]
UNWIND $uids AS uid
MATCH (b:_Blocked {uid: uid})
WHERE b.near IS NOT NULL
RETURN b.near AS near
