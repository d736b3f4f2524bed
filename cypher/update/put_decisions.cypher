// Keep what people decided of identities.
// parameters: rows [{id, left, right, same, at, by, automatic}]
// columns: none
UNWIND $rows AS row
CREATE (d:_Decision)
SET d = row
