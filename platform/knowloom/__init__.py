"""knowloom: a knowledge platform on Neo4j."""
