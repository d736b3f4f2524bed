// Forget how a source looked, so that its next update reads all of it.
// parameters: name
// columns: none
MATCH (s:_Source {name: $name})
REMOVE s.mark, s.digest, s.etag, s.modified
