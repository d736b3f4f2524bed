// Find instances by the value of one property, without an index unless the graph has one.
// parameters: values [text, and those that are whole numbers as numbers too]
// columns: seed, key (element id)
MATCH (n:_Instance/*place*/)
WHERE n.name/*property*/ IN $values
WITH n, toString(n.name/*property*/) AS seed
RETURN seed, elementId(n) AS key
ORDER BY n.uid, elementId(n)
