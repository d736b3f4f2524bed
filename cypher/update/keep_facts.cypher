// Keep what relationships were before a source ceased to state them.
// parameters: rows [{id, type, head, tail, uid, body}], run, source
// columns: none
UNWIND $rows AS row
MERGE (f:_RetractedFact {id: row.id})
SET f.run = $run, f.source = $source, f.type = row.type, f.head = row.head, f.tail = row.tail,
  f.uid = row.uid, f.body = row.body
