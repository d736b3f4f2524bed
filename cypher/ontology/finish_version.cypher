// Note that the instances fit a version; what was to be done for that is forgotten.
// parameters: number
// columns: none
MATCH (v:_OntologyVersion {number: $number})
SET v.finished = datetime({timezone: 'UTC'})
REMOVE v.steps, v.done
