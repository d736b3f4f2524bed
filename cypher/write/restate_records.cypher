// Let records that are nodes say what is said now.
// A list in a map: the server plans once for any number, not again for each power of ten.
// parameters: given {rows [{id, set, and as text recorded, observed, valid_from, valid_to}]}
// columns: none
CYPHER replan=skip
UNWIND $given.rows AS row
MATCH (r:_Record {id: row.id})
SET r += row.set, r.recorded = datetime(row.recorded), r.observed = datetime(row.observed),
    r.valid_from = date(row.valid_from), r.valid_to = date(row.valid_to)
