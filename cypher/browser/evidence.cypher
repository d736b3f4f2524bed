// Show what every source says of an instance, the sentence of a document included.
// parameters: uid
// columns: name, source, row, recorded, says, passage
MATCH (n:_Instance {uid: $uid})
OPTIONAL MATCH (n)-[:_RECORD]->(kept:_Record)
OPTIONAL MATCH (inline:_Run {id: n._run})
WITH n, kept, coalesce(kept.source, inline.source) AS source, coalesce(kept.row, n._row) AS row,
  coalesce(kept.recorded, inline.started) AS recorded
OPTIONAL MATCH (:_Run {id: coalesce(kept.run, n._run)})-[:_READ]->(then:_Document)
OPTIONAL MATCH (:_Source {name: source})-[:_IS_DOCUMENT]->(now:_Document)
WITH n, kept, source, row, recorded, coalesce(then, now) AS d
OPTIONAL MATCH (d)-[:_CHUNK]->(c:_Chunk)
WHERE c.start < row AND row <= c.start + size(c.text) // characters are counted from 1
WITH n, kept, source, row, recorded,
  min(substring(c.text, row - 1 - c.start, coalesce(kept.end, n._end) - row + 1)) AS passage
RETURN n.name AS name, source, row, recorded, coalesce(kept.body, [key IN keys(n)
  WHERE NOT key STARTS WITH '_' AND key <> 'uid' | [key, n[key]]]) AS says, passage
ORDER BY recorded
