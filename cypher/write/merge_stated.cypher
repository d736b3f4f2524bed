// Create relationships that rows of their own state; name those that another source stated before.
// Classes are tested on the list of labels: a label test in the pattern would tempt the planner to
// scan a class that was empty when it planned. Values come as columns, which the server reads
// faster than a map for each relationship.
// parameters: starts [uid], ends [uid], places, uids where keyed and a list for each qualifier, all
//   of one length; heads [label], tails [label], run, own [run of this source]
// columns: found (how many have ends that exist and fit), others [position in the lists], moved
//   [likewise: those that are stated of merged things too]
UNWIND range(0, size($starts) - 1) AS i
MATCH (a:_Instance {uid: $starts[i]})
MATCH (b:_Instance {uid: $ends[i]})
WITH i, a, b
WHERE any(label IN labels(a) WHERE label IN $heads)
  AND any(label IN labels(b) WHERE label IN $tails)
MERGE (a)-[e:_LINK/*key*/]->(b)
ON CREATE SET e._run = $run, e._row = $places[i]/*qualifiers*/
RETURN
  count(e) AS found,
  collect(CASE WHEN e._ends IS NULL AND (e._run IS NULL OR NOT e._run IN $own) THEN i END)
    AS others,
  collect(CASE WHEN e._ends IS NOT NULL THEN i END) AS moved
