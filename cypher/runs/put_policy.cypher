// Store what a fit found.
// parameters: body (JSON)
// columns: none
MERGE (p:_Policy {name: 'policy'})
SET p.body = $body, p.at = datetime()
