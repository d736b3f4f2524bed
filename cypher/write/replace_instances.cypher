// Replace what is shown of instances: all properties, and the labels that changed.
// A list in a map: the server plans once for any number, not again for each power of ten.
// parameters: given {rows [{uid, set, add [label], remove [label]}]}
// columns: none
CYPHER replan=skip
UNWIND $given.rows AS row
MATCH (n:_Instance {uid: row.uid})
SET n = row.set
SET n:$(row.add)
REMOVE n:$(row.remove)
