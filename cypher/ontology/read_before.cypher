// Read what leads back from versions of the ontology, newest first.
// parameters: after (the version to go back to)
// columns: before (JSON)
MATCH (v:_OntologyVersion)
WHERE v.number > $after
RETURN v.before AS before
ORDER BY v.number DESC
