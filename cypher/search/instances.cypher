// Find instances by words of their names.
// parameters: query (Lucene syntax), limit
// columns: id, name, labels, text, score
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
CALL db.index.fulltext.queryNodes('knowloom_instance_text', $query, {limit: $limit})
YIELD node, score
RETURN
  node.uid AS id,
  coalesce(node.name, '') AS name,
  labels(node) AS labels,
  '' AS text,
  score
