// What sources ceased to say, by the run in which they did.
CREATE CONSTRAINT knowloom_retracted_fact_id IF NOT EXISTS
FOR (n:_RetractedFact) REQUIRE n.id IS UNIQUE;

CREATE INDEX knowloom_record_run IF NOT EXISTS
FOR (n:_Record) ON (n.run);

// What things were called that nothing refers to any more.
CREATE CONSTRAINT knowloom_kept_mention_uid IF NOT EXISTS
FOR (n:_KeptMention) REQUIRE n.uid IS UNIQUE;
