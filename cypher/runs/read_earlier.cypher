// Read which runs a source has had, and the newest run of all.
// parameters: source
// columns: earlier [id], newest (null when there is none)
RETURN
  COLLECT { MATCH (:_Source {name: $source})<-[:_OF_SOURCE]-(r:_Run) RETURN r.id ORDER BY r.id }
    AS earlier,
  COLLECT { MATCH (r:_Run) WHERE r.id > 0 RETURN r.id ORDER BY r.id DESC LIMIT 1 }[0] AS newest
