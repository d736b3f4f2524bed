// Show instances without standing records as things that others refer to.
// parameters: rows [{uid, set}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
SET n:_Instance/*labels*/, n += row.set, n._mention = true
REMOVE n:_Gone
