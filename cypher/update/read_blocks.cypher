// Read which things are in some blocks.
// parameters: keys
// columns: key, members [uid]
UNWIND $keys AS key
MATCH (b:_Block {key: key})
RETURN b.key AS key, b.members AS members
