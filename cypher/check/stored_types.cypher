// List the types of the relationships between instances.
// parameters: none
// columns: types
CALL db.relationshipTypes() YIELD relationshipType AS type
WHERE NOT type STARTS WITH '_' AND type <> 'MIGRATED_TO' AND type <> 'REPEATED'
RETURN collect(type) AS types
