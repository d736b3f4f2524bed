// List the indexes that cannot be used, or not yet.
// parameters: none
// columns: name, state
SHOW INDEXES YIELD name, state
WHERE state <> 'ONLINE'
RETURN name, state
