// Create relationships that follow from the records of their start nodes, or move them in the list.
// parameters: starts [uid], ends [uid], places (positions in the lists of the attribute), all of
//   one length
// columns: found (how many have ends that exist)
UNWIND range(0, size($starts) - 1) AS i
MATCH (a:_Instance {uid: $starts[i]})
MATCH (b:_Instance {uid: $ends[i]})
MERGE (a)-[e:_LINK]->(b)
ON CREATE SET e._derived = true, e._position = $places[i]
FOREACH (_ IN CASE WHEN e._derived AND e._position = $places[i] THEN [] ELSE [1] END |
  SET e._derived = true, e._position = $places[i])
RETURN count(e) AS found
