// Remove a lock that a dead process left behind.
// parameters: name
// columns: none
MATCH (lock:__Neo4jMigrationsLock {name: $name})
DELETE lock
