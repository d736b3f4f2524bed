// Note that a migration was applied: it becomes the end of its chain.
// parameters: target (null for the chain without a target), migration {…}, milliseconds, by, user
// columns: none
MATCH (end:__Neo4jMigration)
WHERE coalesce(end.migrationTarget, '') = coalesce($target, '') AND end.project IS NULL
  AND NOT EXISTS { (end)-[:MIGRATED_TO]->(:__Neo4jMigration) }
CREATE (m:__Neo4jMigration)
SET m = $migration, m.migrationTarget = $target
CREATE (end)-[:MIGRATED_TO {
  at: datetime({timezone: 'UTC'}),
  in: duration({milliseconds: $milliseconds}),
  by: $by,
  connectedAs: $user
}]->(m)
