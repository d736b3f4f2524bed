// Read proposals by their id or subject, or by what a person calls that, an open one first.
// parameters: key
// columns: id, about, subject, body, confidence, why, state, deeds
MATCH (p:_Proposal)
WHERE p.id = $key OR p.subject = $key OR p.called = $key
RETURN p.id AS id, p.about AS about, p.subject AS subject, p.body AS body,
  p.confidence AS confidence, p.why AS why, p.state AS state, p.deeds AS deeds
ORDER BY p.state = 'open' DESC, p.id
