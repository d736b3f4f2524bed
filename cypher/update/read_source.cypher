// Read how far a source has been read.
// parameters: source
// columns: name, digest, way (how it is read), etag, modified, mirrors (the run whose outcome the
//   snapshot is), last (the newest run of the source), interrupted (whether one never came to its
//   end), query (what a database was asked)
CYPHER replan=skip
MATCH (s:_Source {name: $source})
RETURN s.name AS name, s.digest AS digest, s.way AS way, s.etag AS etag, s.modified AS modified,
  s.mirrors AS mirrors, s.query AS query,
  COLLECT { MATCH (s)<-[:_OF_SOURCE]-(r:_Run) RETURN r.id ORDER BY r.id DESC LIMIT 1 }[0] AS last,
  EXISTS { (s)<-[:_OF_SOURCE]-(:_Run {status: 'running'}) } AS interrupted
