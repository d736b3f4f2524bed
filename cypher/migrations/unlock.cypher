// Give back a lock that we hold.
// parameters: id
// columns: none
MATCH (lock:__Neo4jMigrationsLock {id: $id})
DELETE lock
