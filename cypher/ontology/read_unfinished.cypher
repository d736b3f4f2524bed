// Read what is left to do of a change whose adjusting of instances was interrupted.
// parameters: none
// columns: number, steps (JSON), done
MATCH (v:_OntologyVersion)
WHERE v.finished IS NULL
RETURN v.number AS number, v.steps AS steps, v.done AS done
ORDER BY number
