// Read up to which run disputes were looked for, and what happened since.
// parameters: none
// columns: run, rules (null when it never was), undone (true when a run was taken back since by
//   a version that did not note what it touched),
//   newest (the last run), unfinished (the first run that has not come to its end)
OPTIONAL MATCH (p:_Resolved {name: 'disputes'})
WITH min(p.run) AS run, min(p.rules) AS rules // two who looked first at once made two
RETURN run, rules,
  EXISTS {
    MATCH (r:_Run)
    WHERE r.id > run AND r.command = 'update rollback'
      AND NOT EXISTS { (:_Touched {run: r.id}) }
  } AS undone,
  COLLECT { MATCH (r:_Run) RETURN r.id ORDER BY r.id DESC LIMIT 1 }[0] AS newest,
  COLLECT { MATCH (r:_Run) WHERE r.status = 'running' RETURN r.id ORDER BY r.id LIMIT 1 }[0]
    AS unfinished
