// Note which things are in some blocks.
// parameters: rows [{key, members}]
// columns: none
UNWIND $rows AS row
MERGE (b:_Block {key: row.key})
SET b.members = row.members
