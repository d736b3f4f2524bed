// Read what was decided of some things, by people or by evidence.
// parameters: uids
// columns: id, left, right, same, at, by, automatic
UNWIND $uids AS uid
CALL (uid) {
  MATCH (d:_Decision {left: uid})
  RETURN d
  UNION
  MATCH (d:_Decision {right: uid})
  RETURN d
}
WITH DISTINCT d
WHERE d.taken_back IS NULL
RETURN d.id AS id, d.left AS left, d.right AS right, d.same AS same, d.at AS at, d.by AS by,
  coalesce(d.automatic, false) AS automatic
