// Count the instances of a class that are linked to some instances, by type and direction.
// parameters: uids; _Label is the class
// columns: uid, type, leaving (from the instance with the uid), units
MATCH (n:_Instance)-[r]-(m:_Label)
WHERE n.uid IN $uids
RETURN
  n.uid AS uid,
  type(r) AS type,
  startNode(r) = n AS leaving,
  count(DISTINCT m) AS units
ORDER BY uid, type, leaving
