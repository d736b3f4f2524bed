// Create or change attributes of concepts; what a changed one ranged over goes.
// parameters: rows [{concept, name, position, set {…}}]; None in set removes a property
// columns: none
UNWIND $rows AS row
MATCH (c:_Concept {name: row.concept})
MERGE (c)-[h:_HAS_ATTRIBUTE]->(a:_Attribute {name: row.name})
SET h.position = row.position, a += row.set
WITH a
MATCH (a)-[r:_RANGE]->(:_Concept)
DELETE r
