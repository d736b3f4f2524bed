// Take a source for an update, unless somebody else has it; until the end its mark is not valid.
// parameters: name, lock, stale (a lock that nobody holds any more; null for none)
// columns: lock (who has it now)
MERGE (s:_Source {name: $name})
SET s.name = s.name // takes the lock of the node before the question
WITH s, s.lock IS NULL OR s.lock = $stale AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END | SET s.lock = $lock REMOVE s.mark)
RETURN s.lock AS lock
