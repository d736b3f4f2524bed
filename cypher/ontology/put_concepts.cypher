// Create or change concept nodes.
// parameters: rows [{name, set {…}}]; None in set removes a property
// columns: none
UNWIND $rows AS row
MERGE (c:_Concept {name: row.name})
SET c += row.set
