// Tell which labels and relationship types the graph has.
// parameters: none
// columns: labels, types
CALL db.labels() YIELD label
WITH collect(label) AS labels
CALL db.relationshipTypes() YIELD relationshipType
RETURN labels, collect(relationshipType) AS types
