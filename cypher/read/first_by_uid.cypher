// Choose among nodes, always the same ones.
// parameters: keys [element id], limit
// columns: keys
UNWIND $keys AS key
MATCH (n) WHERE elementId(n) = key
WITH n ORDER BY n.uid, elementId(n) LIMIT $limit
RETURN collect(elementId(n)) AS keys
