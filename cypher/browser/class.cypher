// Draw a class with the classes below and above it and its attributes.
// parameters: name
// columns: c, above, below, has
MATCH (c:_Concept {name: $name})
OPTIONAL MATCH above = (c)-[:_SUBCLASS_OF*]->(:_Concept)
OPTIONAL MATCH below = (c)<-[:_SUBCLASS_OF]-(:_Concept)
OPTIONAL MATCH has = (c)-[:_HAS_ATTRIBUTE]->(:_Attribute)
RETURN c, above, below, has LIMIT 200
