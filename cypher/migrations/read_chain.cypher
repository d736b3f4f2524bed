// Read the migrations that were applied, in order, each with its latest checksum.
// parameters: target (empty for the chain without a target)
// columns: version, description, source, checksum, at
CYPHER replan=skip
MATCH path = (first:__Neo4jMigration {version: 'BASELINE'})-[:MIGRATED_TO*]->(m:__Neo4jMigration)
WHERE coalesce(first.migrationTarget, '') = $target AND first.project IS NULL
RETURN
  m.version AS version,
  coalesce(m.description, '') AS description,
  coalesce(m.source, '') AS source,
  coalesce(
    head(COLLECT { MATCH (m)-[again:REPEATED]->(m) RETURN again.checksum ORDER BY again.at DESC }),
    m.checksum
  ) AS checksum,
  toString(last(relationships(path)).at) AS at
ORDER BY length(path)
