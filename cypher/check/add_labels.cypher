// Add labels to instances.
// parameters: rows [{uid, add [label]}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
SET n:$(row.add)
