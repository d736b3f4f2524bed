// List what waits for a person's decision.
// parameters: none
// columns: subject, about, why
MATCH (p:_Proposal) WHERE p.state = 'open'
RETURN p.subject AS subject, p.about AS about, p.why AS why LIMIT 25
