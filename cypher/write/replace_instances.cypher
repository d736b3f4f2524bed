// Replace what is shown of instances: all properties, and the labels that changed.
// parameters: rows [{uid, set, add [label], remove [label]}]
// columns: none
UNWIND $rows AS row
MATCH (n:_Instance {uid: row.uid})
SET n = row.set
SET n:$(row.add)
REMOVE n:$(row.remove)
