// Change the labels of all instances that have exactly these, in batches.
// parameters: labels, add, remove; _Label is one of the labels
// columns: none
MATCH (n:_Label)
WHERE size(labels(n)) = size($labels) AND all(label IN labels(n) WHERE label IN $labels)
CALL (n) {
  SET n:$($add)
  REMOVE n:$($remove)
} IN TRANSACTIONS OF 10000 ROWS
