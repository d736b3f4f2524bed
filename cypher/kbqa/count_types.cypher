// Count the types of relationships that are no system's.
// parameters: none
// columns: types
CALL db.relationshipTypes() YIELD relationshipType
WHERE NOT relationshipType STARTS WITH '_'
RETURN count(*) AS types
