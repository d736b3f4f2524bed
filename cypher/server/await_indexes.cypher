// Wait until every index is ready to be used.
// parameters: seconds
// columns: none
CALL db.awaitIndexes($seconds)
