// Create instances with their first record inline; name those that were there saying something else.
// Values come as columns, which the server reads faster than a map for each instance.
// parameters: uids, hashes, places (rows of the source), and a list for each property, all of one
//   length; run
// columns: differing [uid]
UNWIND range(0, size($uids) - 1) AS i
MERGE (n:_Instance {uid: $uids[i]})
ON CREATE SET n:_Instance/*labels*/, n._run = $run, n._hash = $hashes[i], n._row = $places[i]/*values*/
WITH n, i
WHERE coalesce(n._hash, '') <> $hashes[i]
RETURN collect(n.uid) AS differing
