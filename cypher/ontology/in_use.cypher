// Tell which labels and relationship types the graph has.
// parameters: none
// columns: labels, types
CALL () { CALL db.labels() YIELD label RETURN collect(label) AS labels }
CALL () { CALL db.relationshipTypes() YIELD relationshipType AS type RETURN collect(type) AS types }
RETURN labels, types
