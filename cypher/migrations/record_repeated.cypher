// Note that a repeatable migration was applied again.
// parameters: target (null for the chain without a target), migration {…}, milliseconds, by, user
// columns: none
MATCH (m:__Neo4jMigration {version: $migration.version})
WHERE coalesce(m.migrationTarget, '') = coalesce($target, '') AND m.project IS NULL
CREATE (m)-[:REPEATED {
  checksum: $migration.checksum,
  at: datetime({timezone: 'UTC'}),
  in: duration({milliseconds: $milliseconds}),
  by: $by,
  connectedAs: $user
}]->(m)
