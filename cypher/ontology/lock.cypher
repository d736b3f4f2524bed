// Let one change of the ontology at a time go on, until the transaction ends.
// parameters: none
// columns: none
MERGE (root:_Concept {name: 'Entity'})
SET root._locked = true
REMOVE root._locked
