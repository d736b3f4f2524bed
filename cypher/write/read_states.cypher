// Read all that is kept of these instances: values, inline or separate records, derived links.
// A list in a map: the server plans once for any number, not again for each power of ten.
// Times are sent as text, which is many times faster, and all instances in one row: a driver waits
// for each row by itself, and threads that share an interpreter then wait for each other.
// parameters: given {uids}
// columns: states [{uid, labels, properties, records [properties],
//     links [[type, uid, position, stated]]}]
CYPHER replan=skip
UNWIND $given.uids AS uid
MATCH (n:_Instance/*|retired*/ {uid: uid})
RETURN collect({
  uid: n.uid,
  labels: labels(n),
  properties: n {.*, _observed: toString(n._observed)},
  records: COLLECT {
    MATCH (n)-[:_RECORD]->(r:_Record)
    RETURN r {.*, recorded: toString(r.recorded), observed: toString(r.observed)}
  },
  links: COLLECT {
    MATCH (n)-[e]->(m:_Instance)
    WHERE e._derived
    RETURN [type(e), m.uid, e._position, e._run IS NOT NULL]
  }
}) AS states
