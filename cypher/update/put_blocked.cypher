// Note in which blocks things are, and what they are called.
// parameters: rows [{uid, keys, names}]
// columns: none
UNWIND $rows AS row
MERGE (b:_Blocked {uid: row.uid})
SET b.keys = row.keys, b.names = row.names
