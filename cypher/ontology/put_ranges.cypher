// Let attributes range over concepts.
// parameters: rows [{concept, name, target, position}]
// columns: none
UNWIND $rows AS row
MATCH (c:_Concept {name: row.concept})-[:_HAS_ATTRIBUTE]->(a:_Attribute {name: row.name})
MATCH (target:_Concept {name: row.target})
CREATE (a)-[:_RANGE {position: row.position}]->(target)
