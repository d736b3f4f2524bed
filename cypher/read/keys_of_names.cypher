// Find instances by an exact name, else by an exact alias, with the full-text index.
// parameters: queries [[seed, phrase query]]
// columns: seed, key (element id)
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
UNWIND $queries AS query
WITH query[0] AS seed, query[1] AS phrase
CALL (seed, phrase) {
  CALL db.index.fulltext.queryNodes('knowloom_instance_text', phrase) YIELD node AS n
  WHERE n.name = seed OR seed IN n.aliases
  WITH n ORDER BY n.uid
  RETURN collect(n) AS found
}
WITH seed, found, [n IN found WHERE n.name = seed] AS named
UNWIND CASE WHEN named = [] THEN found ELSE named END AS n
RETURN seed, elementId(n) AS key
