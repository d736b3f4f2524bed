// Read what is known of a source: how it looked when it was last read completely, and who reads it.
// parameters: name
// columns: digest, given, mark, lock, etag, modified
MATCH (s:_Source {name: $name})
RETURN s.digest AS digest, s.given AS given, s.mark AS mark, s.lock AS lock,
  s.etag AS etag, s.modified AS modified
