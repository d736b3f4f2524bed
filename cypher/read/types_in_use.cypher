// List the relationship types of a graph.
// parameters: none
// columns: types
CALL db.relationshipTypes() YIELD relationshipType
RETURN collect(relationshipType) AS types
