// Take decisions back; they stay for the record.
// parameters: rows [{id, left, right}], at, by, run
// columns: none
UNWIND $rows AS row
MATCH (d:_Decision {id: row.id, left: row.left, right: row.right})
SET d.taken_back = $at, d.taken_back_by = $by, d.taken_back_in = $run
