// List the values that sources differ on and nobody decided, with who says what.
// parameters: none
// columns: thing, attribute, sides, uid, decide (the command)
MATCH (p:_Proposal) WHERE p.about = 'dispute' AND p.state = 'open'
MATCH (n:_Instance {uid: split(p.subject, '.')[0]})
RETURN n.name AS thing, split(p.subject, '.')[1] AS attribute, p.why AS sides, n.uid AS uid,
  'knowloom review accept ' + p.id + ' --value VALUE' AS decide LIMIT 100
