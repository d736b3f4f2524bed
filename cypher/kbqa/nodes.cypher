// Read nodes of a class with their plain values, up to a limit.
// parameters: keys [element id] (empty for all of the class), limit
// columns: key, labels, properties
MATCH (n/*:label*/)
WHERE size($keys) = 0 OR elementId(n) IN $keys
RETURN elementId(n) AS key, labels(n) AS labels, properties(n) AS properties
LIMIT $limit
