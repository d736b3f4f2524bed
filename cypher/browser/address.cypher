// Tell where a server says that its Neo4j Browser is.
// parameters: none
// columns: name, value
SHOW SETTINGS 'server.http.enabled', 'server.http.advertised_address', 'server.https.enabled', 'server.https.advertised_address'
YIELD name, value
RETURN name, value
