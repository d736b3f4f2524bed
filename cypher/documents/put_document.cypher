// Store a document, that a source is this document now, and that a run read it.
// parameters: digest, source, run (0 for one that wrote nothing), set {name, media, characters, …}
// columns: none
MERGE (s:_Source {name: $source})
MERGE (d:_Document {digest: $digest})
SET d += $set
MERGE (s)-[:_IS_DOCUMENT]->(d)
WITH s, d
CALL (d) {
  MATCH (r:_Run {id: $run})
  MERGE (r)-[:_READ]->(d)
}
MATCH (s)-[old:_IS_DOCUMENT]->(other:_Document)
WHERE other <> d
DELETE old
