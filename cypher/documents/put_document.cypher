// Store a document, and that a source is this document now.
// parameters: digest, source, set {name, media, characters, chunks, extractor}
// columns: none
MERGE (s:_Source {name: $source})
MERGE (d:_Document {digest: $digest})
SET d += $set
MERGE (s)-[:_IS_DOCUMENT]->(d)
WITH s, d
MATCH (s)-[old:_IS_DOCUMENT]->(other:_Document)
WHERE other <> d
DELETE old
