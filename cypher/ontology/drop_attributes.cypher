// Remove attributes from concepts.
// parameters: rows [{concept, name}]
// columns: none
UNWIND $rows AS row
MATCH (c:_Concept {name: row.concept})-[:_HAS_ATTRIBUTE]->(a:_Attribute {name: row.name})
DETACH DELETE a
