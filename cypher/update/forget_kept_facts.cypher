// Forget relationships that were kept: they are there again, or another run ceased to state them.
// parameters: ids
// columns: none
UNWIND $ids AS id
MATCH (f:_RetractedFact {id: id})
DELETE f
