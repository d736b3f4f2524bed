// Create instances that are known only because something refers to them.
// parameters: rows [{uid, set}]
// columns: none
UNWIND $rows AS row
MERGE (n:_Instance {uid: row.uid})
ON CREATE SET n:_Instance/*labels*/, n += row.set, n._mention = true
