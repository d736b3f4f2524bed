// Read the different short texts that some nodes hold in some properties.
// parameters: properties, sample (nodes that are looked at), most (values of a property)
// columns: name, values
MATCH (n/*:label*/)
WITH n LIMIT $sample
UNWIND $properties AS name
WITH name, n[name] AS value
WHERE value IS NOT NULL AND valueType(value) STARTS WITH 'STRING' AND size(value) < 50
WITH name, collect(DISTINCT value) AS values
WHERE size(values) <= $most
RETURN name, values
