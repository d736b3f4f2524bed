// Read what a source looked like when it was last loaded completely.
// parameters: source
// columns: digest, given
MATCH (s:_Source {name: $source})
RETURN s.digest AS digest, s.given AS given
