// Set records aside that count as never said.
// parameters: rows [{id, set, and as text recorded, observed, valid_from, valid_to}], run
// columns: none
UNWIND $rows AS row
CREATE (u:_Undone {id: row.id})
SET u += row.set, u.undone_by = $run,
    u.recorded = datetime(row.recorded), u.observed = datetime(row.observed),
    u.valid_from = date(row.valid_from), u.valid_to = date(row.valid_to)
WITH row
MATCH (r:_Record {id: row.id})
DETACH DELETE r
