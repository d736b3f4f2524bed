// Take the lock; fails when somebody holds it.
// parameters: id, name, by
// columns: none
CREATE (:__Neo4jMigrationsLock {id: $id, name: $name, by: $by, at: datetime({timezone: 'UTC'})})
