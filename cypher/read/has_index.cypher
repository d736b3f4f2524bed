// Tell whether an index of this name can be used.
// parameters: name
// columns: name
SHOW INDEXES YIELD name, state
WHERE name = $name AND state = 'ONLINE'
RETURN name
