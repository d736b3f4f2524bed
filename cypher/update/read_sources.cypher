// Read the names of all sources that wrote something.
// parameters: none
// columns: name
MATCH (s:_Source)
RETURN s.name AS name
ORDER BY name
