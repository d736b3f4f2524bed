// Tell who holds the lock, and for how many seconds.
// parameters: name
// columns: by, age
MATCH (lock:__Neo4jMigrationsLock {name: $name})
RETURN lock.by AS by, duration.inSeconds(lock.at, datetime()).seconds AS age
