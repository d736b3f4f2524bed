// Read the statements that make the present indexes which belong to no constraint.
// parameters: none
// columns: statement
SHOW INDEXES YIELD createStatement, owningConstraint, type
WHERE owningConstraint IS NULL AND type <> 'LOOKUP'
RETURN createStatement AS statement
