// Forget what sources said when they were last read: the next updates compare with the graph.
// parameters: none
// columns: none
MATCH (s:_Source)
WHERE s.mirrors IS NOT NULL
REMOVE s.mirrors
