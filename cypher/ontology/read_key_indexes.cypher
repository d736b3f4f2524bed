// Read which indexes on key attributes there are.
// parameters: prefix (what their names start with)
// columns: name
SHOW RANGE INDEXES YIELD name
WHERE name STARTS WITH $prefix
RETURN name
