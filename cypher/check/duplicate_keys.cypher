// Find instances of one class that share the values of its key.
// parameters: keys [property], limit
// columns: uids [uid], values, total
MATCH (n:_Instance:_Class)
WITH n, [key IN $keys | n[key]] AS values
WHERE none(v IN values WHERE v IS NULL)
WITH values, collect(n.uid) AS uids
WHERE size(uids) > 1
WITH collect([uids, values]) AS rows
UNWIND rows[..$limit] AS row
RETURN row[0] AS uids, row[1] AS values, size(rows) AS total
