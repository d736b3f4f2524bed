// Draw the classes below each other.
// parameters: none
// columns: p
MATCH p = (:_Concept)-[:_SUBCLASS_OF]->(:_Concept)
RETURN p LIMIT 300
