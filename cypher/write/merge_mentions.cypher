// Create instances that are known only because something refers to them.
// Those of which nothing is said any more are shown as such again.
// parameters: rows [{uid, set}]
// columns: none
UNWIND $rows AS row
MERGE (n:_Instance {uid: row.uid})
ON CREATE SET n:_Gone
WITH n, row
WHERE '_Gone' IN labels(n)
SET n:_Instance/*labels*/, n += row.set, n._mention = true
REMOVE n:_Gone
