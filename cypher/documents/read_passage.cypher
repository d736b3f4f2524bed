// Read the text around places of documents, as they were when a run read them.
// parameters: places [{source, run, start}] (start: offset of a character, counted from 0)
// columns: source, run, start, text, at (offset of the text), place
UNWIND $places AS wanted
OPTIONAL MATCH (:_Run {id: wanted.run})-[:_READ]->(then:_Document)
OPTIONAL MATCH (:_Source {name: wanted.source})-[:_IS_DOCUMENT]->(now:_Document)
WITH wanted, coalesce(then, now) AS d
MATCH (d)-[:_CHUNK]->(c:_Chunk)
WHERE c.start <= wanted.start AND wanted.start < c.start + size(c.text)
WITH wanted, c ORDER BY c.number
WITH wanted, collect(c)[0] AS c
RETURN wanted.source AS source, wanted.run AS run, wanted.start AS start, c.text AS text,
  c.start AS at, c.place AS place
