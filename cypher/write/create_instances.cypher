// Create instances with their first record inline, or none of them when one is there.
// It takes the server a third less than merging.
// parameters: uids, hashes, places (rows of the source), and a list for each property, all of one
//   length; run
// columns: none
UNWIND range(0, size($uids) - 1) AS i
CREATE (n:_Instance/*labels*/ {uid: $uids[i]})
SET n._run = $run, n._hash = $hashes[i], n._row = $places[i]/*values*/
