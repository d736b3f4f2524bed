// List the labels and relationship types of a graph that knowloom did not lay out.
// parameters: none
// columns: labels, types
CALL () {
  CALL db.labels() YIELD label
  WHERE NOT label STARTS WITH '_'
  RETURN collect(label) AS labels
}
CALL () {
  CALL db.relationshipTypes() YIELD relationshipType
  WHERE NOT relationshipType STARTS WITH '_'
  RETURN collect(relationshipType) AS types
}
RETURN labels, types
