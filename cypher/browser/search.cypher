// Find instances by words, best first.
// parameters: words
// columns: node, score
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
CALL db.index.fulltext.queryNodes('knowloom_instance_text', $words) YIELD node, score
RETURN node, score LIMIT 10
