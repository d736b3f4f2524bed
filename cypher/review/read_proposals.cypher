// Read proposals, those with most behind them first.
// parameters: state (null for all), about (null for all), limit
// columns: id, about, subject, body, confidence, why, state, deeds
MATCH (p:_Proposal)
WHERE ($state IS NULL OR p.state = $state) AND ($about IS NULL OR p.about = $about)
WITH p ORDER BY p.confidence DESC, p.subject LIMIT $limit
RETURN p.id AS id, p.about AS about, p.subject AS subject, p.body AS body,
  p.confidence AS confidence, p.why AS why, p.state AS state, p.deeds AS deeds
