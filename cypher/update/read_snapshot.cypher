// Read what a source said when it was last read whole; marks are missing where no rows were kept.
// parameters: source
// columns: number, marks, body (compressed), gone
CYPHER replan=skip
MATCH (s:_Snapshot {source: $source})
RETURN s.number AS number, s.marks AS marks, s.body AS body, s.gone AS gone
