// Create relationships that follow from the records of their start nodes.
// parameters: rows [{head, tail, position}]
// columns: found (rows whose ends exist)
UNWIND $rows AS row
MATCH (a:_Instance {uid: row.head})
MATCH (b:_Instance {uid: row.tail})
MERGE (a)-[e:_LINK]->(b)
ON CREATE SET e._derived = true, e._position = row.position
FOREACH (_ IN CASE WHEN e._derived IS NULL THEN [1] ELSE [] END |
  SET e._derived = true, e._position = row.position)
RETURN count(e) AS found
