// What knowloom finds things by: one node per uid, name, number or id.
CREATE CONSTRAINT knowloom_instance_uid IF NOT EXISTS
FOR (n:_Instance) REQUIRE n.uid IS UNIQUE;

CREATE CONSTRAINT knowloom_record_id IF NOT EXISTS
FOR (n:_Record) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT knowloom_run_id IF NOT EXISTS
FOR (n:_Run) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT knowloom_source_name IF NOT EXISTS
FOR (n:_Source) REQUIRE n.name IS UNIQUE;

CREATE CONSTRAINT knowloom_concept_name IF NOT EXISTS
FOR (n:_Concept) REQUIRE n.name IS UNIQUE;

CREATE CONSTRAINT knowloom_ontology_version_number IF NOT EXISTS
FOR (n:_OntologyVersion) REQUIRE n.number IS UNIQUE;

// A run is shown and undone by its records.
CREATE INDEX knowloom_record_run IF NOT EXISTS
FOR (n:_Record) ON (n.run);
