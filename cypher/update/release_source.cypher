// Give a source back; with a mark, all of it was read.
// parameters: name, lock, run, set {mark, digest, given, etag, modified}, complete
// columns: none
MATCH (s:_Source {name: $name, lock: $lock})
REMOVE s.lock
SET s += $set
WITH s
OPTIONAL MATCH (s)<-[:_OF_SOURCE]-(r:_Run {id: $run})
SET r.complete = $complete
