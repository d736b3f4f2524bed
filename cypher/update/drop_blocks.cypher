// Drop blocks without members.
// parameters: rows [key]
// columns: none
UNWIND $rows AS key
MATCH (b:_Block {key: key})
DELETE b
