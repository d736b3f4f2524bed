// List the properties that identify the nodes of a label by themselves.
// parameters: none
// columns: label, property
SHOW CONSTRAINTS YIELD type, entityType, labelsOrTypes, properties
WHERE entityType = 'NODE' AND size(properties) = 1
  AND (type CONTAINS 'UNIQUENESS' OR type CONTAINS 'NODE_KEY')
RETURN labelsOrTypes[0] AS label, properties[0] AS property
ORDER BY label, property
