// Read up to which run identity has been looked at, and what happened since.
// parameters: none
// columns: run, weights (null when it never was), undone (true when a run was taken back since by
//   a version that did not note what it touched),
//   newest (the last run), unfinished (the first run that has not come to its end)
OPTIONAL MATCH (p:_Resolved {name: 'identity'})
RETURN p.run AS run, p.weights AS weights,
  EXISTS {
    MATCH (r:_Run)
    WHERE r.id > p.run AND r.command = 'update rollback'
      AND NOT EXISTS { (:_Touched {run: r.id}) }
  } AS undone,
  COLLECT {
    MATCH (r:_Run) USING INDEX r:_Run(id) WHERE r.id > 0
    RETURN r.id ORDER BY r.id DESC LIMIT 1
  }[0] AS newest,
  COLLECT { MATCH (r:_Run) WHERE r.status = 'running' RETURN r.id ORDER BY r.id LIMIT 1 }[0]
    AS unfinished
