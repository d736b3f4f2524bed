// Read what the last fit stored.
// parameters: none
// columns: body (JSON), at
MATCH (p:_Policy {name: 'policy'})
RETURN p.body AS body, p.at AS at
