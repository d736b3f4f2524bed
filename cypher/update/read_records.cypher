// Read the standing records of a source, wherever they are kept.
// parameters: source, own [run of the source]
// columns: uid, hash
MATCH (r:_Record)
WHERE r.source = $source AND r.superseded_by IS NULL
RETURN split(r.id, ':')[0] AS uid, r.hash AS hash
UNION
MATCH (n:_Instance)
WHERE n._run IN $own AND n._hash IS NOT NULL
RETURN n.uid AS uid, n._hash AS hash
