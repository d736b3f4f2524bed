// Read what some records of instances of a class say, in the order of their ids.
// parameters: after (an id), mark (text that must occur), limit; _Label is the class
// columns: id, body
MATCH (n:_Label)-[:_RECORD]->(r:_Record)
WHERE r.id > $after AND r.body CONTAINS $mark
RETURN r.id AS id, r.body AS body ORDER BY id LIMIT $limit
