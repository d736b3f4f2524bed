// Hang concepts below their parents.
// parameters: rows [{name, parent, position}]
// columns: none
UNWIND $rows AS row
MATCH (c:_Concept {name: row.name})
MATCH (parent:_Concept {name: row.parent})
CREATE (c)-[:_SUBCLASS_OF {position: row.position}]->(parent)
