// Wait until full-text indexes that follow behind the writes have caught up.
// parameters: none
// columns: none
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
