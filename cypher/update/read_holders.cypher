// Find where these things are kept, whether shown, merged or set aside.
// parameters: uids
// columns: uid, name, holder, kind (shown, merged or retired; null when there is none)
UNWIND $uids AS uid
OPTIONAL MATCH (n:_Instance {uid: uid})
OPTIONAL MATCH (r:_Redirect {uid: uid})
OPTIONAL MATCH (g:_Retired {uid: uid})
RETURN uid, coalesce(n.name, r.name, g.name) AS name, coalesce(n.uid, r.to, g.uid) AS holder,
  CASE WHEN n IS NOT NULL THEN 'shown' WHEN r IS NOT NULL THEN 'merged'
    WHEN g IS NOT NULL THEN 'retired' END AS kind
