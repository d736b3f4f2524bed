// Forget how far a source has been read: the next update compares all of it.
// parameters: source
// columns: none
MATCH (s:_Source {name: $source})
REMOVE s.digest, s.way, s.given, s.etag, s.modified, s.watermark, s.mirrors
WITH s
MATCH (p:_Snapshot {source: s.name})
DELETE p
