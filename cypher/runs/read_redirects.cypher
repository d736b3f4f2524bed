// Read where merged things are kept.
// parameters: none
// columns: uid, to
MATCH (r:_Redirect)
RETURN r.uid AS uid, r.to AS to
