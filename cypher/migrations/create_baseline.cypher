// Create the node that a chain of migrations starts from, unless it is there.
// parameters: target (null for the chain without a target)
// columns: none
OPTIONAL MATCH (first:__Neo4jMigration {version: 'BASELINE'})
WHERE coalesce(first.migrationTarget, '') = coalesce($target, '') AND first.project IS NULL
WITH count(first) AS found
WHERE found = 0
CREATE (:__Neo4jMigration {version: 'BASELINE', migrationTarget: $target})
