// Find a node that is not knowloom's own, if there is one.
// parameters: none
// columns: there (no row when there is none)
MATCH (n)
WHERE NOT any(label IN labels(n) WHERE label STARTS WITH '_' AND label <> '_Instance')
RETURN true AS there LIMIT 1
