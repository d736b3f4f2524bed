// Read what was decided of identities, by people or by evidence, in the order taken.
// parameters: none
// columns: id, left, right, same, at, by, automatic
MATCH (d:_Decision)
WHERE d.taken_back IS NULL
RETURN d.id AS id, d.left AS left, d.right AS right, d.same AS same, d.at AS at, d.by AS by,
  coalesce(d.automatic, false) AS automatic
ORDER BY d.id, d.left, d.right
