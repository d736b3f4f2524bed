// Read what a source said when it was last read whole.
// parameters: source
// columns: number, body (compressed)
MATCH (s:_Snapshot {source: $source})
RETURN s.number AS number, s.body AS body
