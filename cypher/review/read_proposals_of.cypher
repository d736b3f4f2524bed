// Read proposals by their ids.
// parameters: ids
// columns: id, about, subject, body, confidence, why, state, deeds
MATCH (p:_Proposal)
WHERE p.id IN $ids
RETURN p.id AS id, p.about AS about, p.subject AS subject, p.body AS body,
  p.confidence AS confidence, p.why AS why, p.state AS state, p.deeds AS deeds
