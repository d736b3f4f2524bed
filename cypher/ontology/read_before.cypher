// Read what leads back from versions of the ontology, newest first.
// parameters: start (the first version to go back from)
// columns: number, before (JSON)
MATCH (v:_OntologyVersion)
WHERE v.number >= $start
RETURN v.number AS number, v.before AS before
ORDER BY number DESC
