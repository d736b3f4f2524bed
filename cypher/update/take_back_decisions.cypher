// Take decisions back; they stay for the record.
// parameters: rows [id], at, by
// columns: none
UNWIND $rows AS id
MATCH (d:_Decision {id: id})
SET d.taken_back = $at, d.taken_back_by = $by
