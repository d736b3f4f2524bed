// Read the names of nodes that knowloom did not lay out, up to a limit.
// parameters: name (the property that holds them), limit
// columns: key (element id), name
MATCH (n/*:label*/)
WHERE n[$name] IS NOT NULL
RETURN elementId(n) AS key, toString(n[$name]) AS name
LIMIT $limit
