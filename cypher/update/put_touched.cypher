// Note which things a rollback touches, for those that look at what changed.
// parameters: run (of the rollback), uids (of the things that hold the records)
// columns: none
CREATE (:_Touched {run: $run, uids: $uids})
