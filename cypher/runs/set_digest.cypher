// Remember what a source looks like, now that all of it is loaded.
// parameters: source, digest, given
// columns: none
MATCH (s:_Source {name: $source})
WHERE s.digest IS NULL OR s.digest <> $digest
SET s.digest = $digest, s.given = $given
