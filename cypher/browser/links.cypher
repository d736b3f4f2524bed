// Draw some relationships of a type.
// parameters: none; _Label is the label they leave, _LINK their type
// columns: p
MATCH p = (:_Label)-[:_LINK]->()
RETURN p LIMIT 25
