// Find the things of which runs later than one added, ended or moved records of their own.
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
MATCH (d:_Decision)
WHERE d.id > $run OR d.taken_back_in > $run
UNWIND [d.left, d.right] AS uid
RETURN uid
UNION
MATCH (t:_Touched)
WHERE t.run > $run
UNWIND t.uids AS uid
RETURN uid
