// Find instances whose name or alias may be a phrase; who asks compares them.
// parameters: queries [[phrase, full-text query]], limit
// columns: phrase, uid, name, aliases, labels
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
UNWIND $queries AS query
CALL (query) {
  CALL db.index.fulltext.queryNodes('knowloom_instance_text', query[1], {limit: $limit})
  YIELD node AS n
  RETURN n
}
RETURN query[0] AS phrase, n.uid AS uid, n.name AS name, n.aliases AS aliases, labels(n) AS labels
ORDER BY phrase, uid
