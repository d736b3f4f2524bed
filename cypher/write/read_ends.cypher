// Tell which of these instances exist, and what they are; see decision 5 for the list of labels.
// parameters: uids
// columns: uid, labels
UNWIND $uids AS uid
MATCH (n:_Instance {uid: uid})
WHERE NOT '_Gone' IN labels(n)
RETURN n.uid AS uid, labels(n) AS labels
