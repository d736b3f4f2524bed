// Change the labels of instances.
// parameters: given {rows [{uid, add [label], remove [label]}]}
// columns: none
UNWIND $given.rows AS row
MATCH (n:_Instance {uid: row.uid})
SET n:$(row.add)
REMOVE n:$(row.remove)
