// Change the transaction, and leave nothing behind.
// parameters: none
// columns: none
CREATE (n)
DELETE n
