// Read the text around places of sources that are documents.
// parameters: places [{source, start}] (start: offset of a character, counted from 0)
// columns: source, start, text, at (offset of the text), place
UNWIND $places AS wanted
MATCH (:_Source {name: wanted.source})-[:_IS_DOCUMENT]->(:_Document)-[:_CHUNK]->(c:_Chunk)
WHERE c.start <= wanted.start AND wanted.start < c.start + size(c.text)
WITH wanted, c ORDER BY c.number
WITH wanted, collect(c)[0] AS c
RETURN wanted.source AS source, wanted.start AS start, c.text AS text, c.start AS at, c.place AS place
