// Tell the number of the newest version of the ontology; 0 when there is none.
// parameters: none
// columns: number
MATCH (v:_OntologyVersion)
RETURN coalesce(max(v.number), 0) AS number
