// Create instances with their first record inline; name those that were there saying something else.
// parameters: rows [{uid, set}], where set holds the values and the inline record
// columns: differing [uid]
UNWIND $rows AS row
MERGE (n:_Instance {uid: row.uid})
ON CREATE SET n:_Instance/*labels*/, n += row.set
WITH n, row
WHERE coalesce(n._hash, '') <> row.set._hash
RETURN collect(row.uid) AS differing
