// Find nodes of knowloom's own layout by their uids.
// parameters: seeds [uid]
// columns: seed, key (element id)
UNWIND $seeds AS seed
MATCH (n:_Instance {uid: seed})
RETURN seed, elementId(n) AS key
