// Find instances by words of their names, with the full-text index.
// parameters: query (Lucene syntax), limit
// columns: key (element id), name, aliases, labels
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
CALL db.index.fulltext.queryNodes('knowloom_instance_text', $query, {limit: $limit})
YIELD node AS n
RETURN elementId(n) AS key, n.name AS name, n.aliases AS aliases, labels(n) AS labels
