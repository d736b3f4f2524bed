// Say of records that they take their thing for another class, in batches.
// parameters: old, new
// columns: none
MATCH (r:_Record {concept: $old})
CALL (r) {
  SET r.concept = $new
} IN TRANSACTIONS OF 10000 ROWS
