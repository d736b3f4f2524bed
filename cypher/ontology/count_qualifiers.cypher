// Count the values of a relation's attribute.
// parameters: none; _LINK is the relationship type, _property the attribute
// columns: value, count
MATCH (:_Instance)-[r:_LINK]->(:_Instance)
WHERE r._property IS NOT NULL
RETURN r._property AS value, count(*) AS count
