// Find words that are values of attributes of a class, whatever their capitals.
// parameters: attributes, words (small), longest [characters of a value]; _Label is the class
// columns: attribute, value
MATCH (n:_Label)
UNWIND $attributes AS attribute
WITH
  attribute,
  CASE WHEN valueType(n[attribute]) STARTS WITH 'LIST' THEN n[attribute] ELSE [n[attribute]] END
    AS found
UNWIND found AS value
WITH DISTINCT
  attribute, CASE WHEN valueType(value) STARTS WITH 'STRING' THEN value END AS value
WHERE value IS NOT NULL AND size(value) <= $longest AND toLower(value) IN $words
RETURN attribute, value
ORDER BY attribute, value
