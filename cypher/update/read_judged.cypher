// Find the things of which people decided a value after a run.
// parameters: run
// columns: uid
MATCH (r:_Record)<-[:_RECORD]-(n)
WHERE r.run > $run AND r.source STARTS WITH '_review by ' AND r.superseded_by IS NULL
RETURN DISTINCT n.uid AS uid
