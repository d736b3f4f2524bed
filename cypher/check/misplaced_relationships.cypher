// Find relationships of one type whose ends are not of the classes the ontology says.
// parameters: limit
// columns: uid (of the start node), head [label], tail [label], total
MATCH (a:_Instance)-[e:_LINK]->(b)
WHERE NOT (b:_Instance AND (false/*ends*/))
WITH collect([a.uid, labels(a), labels(b)]) AS rows
UNWIND rows[..$limit] AS row
RETURN row[0] AS uid, row[1] AS head, row[2] AS tail, size(rows) AS total
