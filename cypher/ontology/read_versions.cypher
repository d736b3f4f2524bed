// Read the changes of the ontology, newest first.
// parameters: none
// columns: number, at, comment, added, changed, removed, concepts, undoes, finished
MATCH (v:_OntologyVersion)
RETURN
  v.number AS number,
  v.at AS at,
  v.comment AS comment,
  v.added AS added,
  v.changed AS changed,
  v.removed AS removed,
  v.concepts AS concepts,
  coalesce(v.undoes, 0) AS undoes,
  v.finished IS NOT NULL AS finished
ORDER BY number DESC
