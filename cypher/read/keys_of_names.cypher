// Find instances by an exact name or alias with the full-text index.
// parameters: queries [[seed, phrase query]]
// columns: seed, key (element id), is_name (false for an alias)
UNWIND $queries AS query
WITH query[0] AS seed, query[1] AS phrase
CALL db.index.fulltext.queryNodes('knowloom_instance_text', phrase) YIELD node AS n
WHERE n.name = seed OR seed IN n.aliases
RETURN seed, elementId(n) AS key, n.name = seed AS is_name
ORDER BY n.uid
