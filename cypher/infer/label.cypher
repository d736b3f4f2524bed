// Look at some nodes with a label: which other labels and which properties they have.
// parameters: sample
// columns: nodes, labels [[label, nodes]], properties [[name, types]]
MATCH (n:_Label)
WHERE NOT n:_Instance
WITH n LIMIT $sample
WITH collect(n) AS found
RETURN
  size(found) AS nodes,
  COLLECT {
    UNWIND found AS n
    UNWIND labels(n) AS label
    WITH label, count(*) AS nodes
    RETURN [label, nodes]
  } AS labels,
  COLLECT {
    UNWIND found AS n
    UNWIND keys(n) AS name
    WITH name, collect(DISTINCT valueType(n[name])) AS types
    RETURN [name, types]
  } AS properties
