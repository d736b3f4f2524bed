// Read the relationships that a run ceased to state.
// parameters: run
// columns: id, type, head, tail, uid, body
MATCH (f:_RetractedFact {run: $run})
RETURN f.id AS id, f.type AS type, f.head AS head, f.tail AS tail, f.uid AS uid, f.body AS body
