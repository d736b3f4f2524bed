// Read what people decided of identities, in the order taken.
// parameters: none
// columns: id, left, right, same, at, by
MATCH (d:_Decision)
WHERE d.taken_back IS NULL
RETURN d.id AS id, d.left AS left, d.right AS right, d.same AS same, d.at AS at, d.by AS by
ORDER BY d.id
