// Find what is, or was once said to be, of one of these classes.
// parameters: concepts
// columns: uid
MATCH (n:_Instance|_Retired)
WHERE any(label IN labels(n) WHERE label IN $concepts)
  OR any(label IN n._labels WHERE label IN $concepts)
  OR EXISTS { (n)-[:_RECORD]->(r) WHERE r.concept IN $concepts }
RETURN n.uid AS uid
