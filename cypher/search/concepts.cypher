// Find concepts by words of their names, definitions, attributes or code.
// parameters: query (Lucene syntax), limit
// columns: id, name, labels, text, score
CALL db.index.fulltext.queryNodes('knowloom_concept_text', $query, {limit: $limit})
YIELD node, score
RETURN
  node.name AS id,
  node.name AS name,
  [node.kind] AS labels,
  coalesce(node.description, '') AS text,
  score
