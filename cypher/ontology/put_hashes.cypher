// Give records other hashes: those that instances hold themselves, and those of their own.
// parameters: rows [{uid, id, new, was, hash}]
// columns: none
UNWIND $rows AS row
CALL (row) {
  MATCH (n:_Instance {uid: row.uid})
  WHERE n._hash = row.was
  SET n._hash = row.hash
}
CALL (row) {
  MATCH (r:_Record {id: row.id})
  WHERE NOT EXISTS { MATCH (:_Record {id: row.new}) }
  SET r.id = row.new, r.hash = row.hash
}
