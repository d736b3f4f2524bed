// Note up to which run disputes were looked for, and by which rules.
// parameters: run, rules
// columns: none
MERGE (p:_Resolved {name: 'disputes'})
SET p.run = $run, p.rules = $rules
