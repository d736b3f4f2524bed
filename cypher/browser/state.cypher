// Tell what changes whenever a guide may be out of date.
// parameters: none
// columns: state (numbers)
CALL () { MATCH (n) RETURN count(n) AS nodes }
CALL () { MATCH ()-[e]->() RETURN count(e) AS links }
CALL () {
  MATCH (r:_Run)
  RETURN [max(r.id), count(r), sum(CASE r.status WHEN 'rolled back' THEN 1 ELSE 0 END)] AS runs
}
CALL () { MATCH (p:_Proposal) RETURN sum(size(p.deeds)) AS deeds }
RETURN [nodes, links, deeds] + runs AS state
