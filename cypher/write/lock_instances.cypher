// Take the write locks of these instances, in the order given, until the transaction ends.
// To set to nothing what is not there locks, and leaves nothing to be written.
// A list in a map: the server plans once for any number, not again for each power of ten.
// parameters: given {uids}
// columns: none
CYPHER replan=skip
UNWIND $given.uids AS uid
MATCH (n:_Instance {uid: uid})
SET n += {_locked: null}
