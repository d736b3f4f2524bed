// Note up to which run identity has been looked at, and by which weights.
// parameters: run, weights
// columns: none
MERGE (p:_Resolved {name: 'identity'})
SET p.run = $run, p.weights = $weights
