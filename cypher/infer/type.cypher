// Look at some relationships of a type: what they join and which properties they have.
// parameters: sample
// columns: ends [[labels of the start, labels of the end]], properties [[name, types]]
MATCH (a)-[r:_LINK]->(b)
WHERE NOT a:_Instance AND NOT b:_Instance
WITH a, r, b LIMIT $sample
WITH collect(DISTINCT [labels(a), labels(b)]) AS ends, collect(r) AS found
RETURN
  ends,
  COLLECT {
    UNWIND found AS r
    UNWIND keys(r) AS name
    WITH name, collect(DISTINCT valueType(r[name])) AS types
    RETURN [name, types]
  } AS properties
