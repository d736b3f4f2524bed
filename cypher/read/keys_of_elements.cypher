// Find nodes by their element ids.
// parameters: seeds [element id]
// columns: seed, key
UNWIND $seeds AS seed
MATCH (n) WHERE elementId(n) = seed
RETURN seed, elementId(n) AS key
