// Remember how far a source has been read.
// parameters: source, digest, way, given, etag, modified, watermark, mirrors, query
// columns: none
CYPHER replan=skip
MERGE (s:_Source {name: $source})
SET s.digest = $digest, s.way = $way, s.given = $given, s.etag = $etag,
  s.modified = $modified, s.watermark = $watermark, s.mirrors = $mirrors, s.query = $query
