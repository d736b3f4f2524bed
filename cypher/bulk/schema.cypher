// Read the statements that make the present constraints.
// parameters: none
// columns: statement
SHOW CONSTRAINTS YIELD createStatement
RETURN createStatement AS statement
