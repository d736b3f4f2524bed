// Read which runs a source has had, the newest run of all, and what stands besides.
// parameters: source
// columns: earlier [id], newest (null when there is none), redirects [[uid, to]], retired, policy
CYPHER replan=skip
RETURN
  COLLECT { MATCH (:_Source {name: $source})<-[:_OF_SOURCE]-(r:_Run) RETURN r.id ORDER BY r.id }
    AS earlier,
  COLLECT {
    MATCH (r:_Run) USING INDEX r:_Run(id) WHERE r.id > 0
    RETURN r.id ORDER BY r.id DESC LIMIT 1
  }[0] AS newest,
  COLLECT { MATCH (r:_Redirect) RETURN [r.uid, r.to] } AS redirects,
  COLLECT { MATCH (p:_Policy {name: 'policy'}) RETURN p.body }[0] AS policy,
  COUNT { (:_Retired) } > 0 AS retired
