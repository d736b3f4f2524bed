// Read the texts of documents that are still what their source is, a page at a time.
// parameters: after (the last chunk's id, empty at first), limit
// columns: id, text
MATCH (:_Source)-[:_IS_DOCUMENT]->(:_Document)-[:_CHUNK]->(c:_Chunk)
WHERE c.id > $after
WITH DISTINCT c ORDER BY c.id LIMIT $limit
RETURN c.id AS id, c.text AS text
