// Find one node that is not knowloom's, to see whether the database serves something else.
// parameters: none
// columns: found
MATCH (n)
WHERE none(label IN labels(n) WHERE label STARTS WITH '_')
RETURN true AS found
LIMIT 1
