// Find repeats of migrations by their time.
// parameters: none
// columns: none
CREATE INDEX repeated_at__Neo4jMigration IF NOT EXISTS
FOR ()-[r:REPEATED]-() ON (r.at)
