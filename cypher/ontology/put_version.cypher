// Note a change of the ontology, with what leads back.
// parameters: version {…}
// columns: none
CREATE (v:_OntologyVersion {number: $version.number})
SET v += $version, v.at = datetime({timezone: 'UTC'})
