// Take concepts out of the hierarchy, to be hung up elsewhere.
// parameters: rows [name]
// columns: none
UNWIND $rows AS name
MATCH (c:_Concept {name: name})-[s:_SUBCLASS_OF]->(:_Concept)
DELETE s
