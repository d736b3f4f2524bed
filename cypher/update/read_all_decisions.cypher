// Read what people decided of identities, taken back or not, in the order taken.
// parameters: none
// columns: left, right, same, at, taken_back
MATCH (d:_Decision)
RETURN d.left AS left, d.right AS right, d.same AS same, d.at AS at, d.taken_back AS taken_back
ORDER BY d.id
