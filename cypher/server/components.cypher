// Tell the product, version and edition of the server.
// parameters: none
// columns: name, version, edition
CALL dbms.components() YIELD name, versions, edition
WHERE name = 'Neo4j Kernel'
RETURN 'Neo4j' AS name, versions[0] AS version, edition
