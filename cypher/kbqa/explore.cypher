// Follow every relationship of groups of nodes one step, but not back, and say where each leads.
// parameters: groups [[element id]], back [[type, forward]] (the step that undoes each group's
//   last), topics [element id], each (relationships of one node),
//   cap (nodes of one type and direction)
// columns: number (of the group), type, forward, nodes, ends [[element id, name]]
MATCH (t) WHERE elementId(t) IN $topics
WITH collect(t) AS topics
UNWIND range(0, size($groups) - 1) AS number
UNWIND $groups[number] AS key
MATCH (n) WHERE elementId(n) = key
WITH topics, number, n, coalesce(n.name/*or name of n*/, '') =~ '([mg]\\.[0-9a-z_]+)?' AS joins
CALL (topics, number, n, joins) {
  MATCH (n)-[r]-(m)
  WHERE NOT type(r) STARTS WITH '_'
    AND NOT (
      m IN topics AND (joins OR [type(r), startNode(r) = n] = $back[number])
    )
  RETURN r, m LIMIT $each
}
WITH number, type(r) AS type, startNode(r) = n AS forward, collect(DISTINCT m) AS found
RETURN
  number,
  type,
  forward,
  size([m IN found WHERE NOT coalesce(m.name/*or name*/, '') =~ '([mg]\\.[0-9a-z_]+)?']) AS nodes,
  [m IN found[..$cap] | [elementId(m), toString(coalesce(m.name/*or name*/, ''))]] AS ends
