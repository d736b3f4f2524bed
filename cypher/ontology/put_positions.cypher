// Put concepts in order.
// parameters: rows [{name, position}]
// columns: none
UNWIND $rows AS row
MATCH (c:_Concept {name: row.name})
SET c.position = row.position
