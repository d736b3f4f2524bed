// Remove concepts with their attributes.
// parameters: rows [name]
// columns: none
UNWIND $rows AS name
MATCH (c:_Concept {name: name})
OPTIONAL MATCH (c)-[:_HAS_ATTRIBUTE]->(a:_Attribute)
DETACH DELETE a, c
