// Note which things a run touched that have no record of it: mentions, and what a rollback took back.
// parameters: run, uids
// columns: none
CREATE (:_Touched {run: $run, uids: $uids})
