// Store chunks of a document.
// parameters: digest, rows [{id, set {number, start, text, place}}]
// columns: none
MERGE (d:_Document {digest: $digest})
WITH d
UNWIND $rows AS row
MERGE (c:_Chunk {id: row.id})
ON CREATE SET c += row.set
MERGE (d)-[:_CHUNK]->(c)
