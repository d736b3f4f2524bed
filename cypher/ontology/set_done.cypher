// Note how far adjusting the instances to a version has come.
// parameters: number, done
// columns: none
MATCH (v:_OntologyVersion {number: $number})
SET v.done = $done
