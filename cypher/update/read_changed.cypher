// Find the things of which runs later than one wrote or ended records, whoever holds them.
// Those that are only mentioned come where the runs noted them; on a first look all of them do.
// parameters: run
// columns: uid (the one that a record's own identity gives)
MATCH (r:_Record)
WHERE r.run > $run
RETURN split(r.id, ':')[0] AS uid
UNION
MATCH (r:_Record)
WHERE r.superseded_by > $run
RETURN split(r.id, ':')[0] AS uid
UNION
MATCH (n:_Instance)
WHERE n._run > $run AND n._hash IS NOT NULL
RETURN n.uid AS uid
UNION
WITH $run AS run
WHERE run = 0
MATCH (n:_Instance)
WHERE n._mention
RETURN n.uid AS uid
UNION
MATCH (d:_Decision)
WHERE d.id > $run OR d.taken_back_in > $run
UNWIND [d.left, d.right] AS uid
RETURN uid
UNION
MATCH (t:_Touched)
WHERE t.run > $run
UNWIND t.uids AS uid
RETURN uid
