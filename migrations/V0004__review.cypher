// Proposals that wait for a person's decision, or had one.
CREATE CONSTRAINT knowloom_proposal_id IF NOT EXISTS
FOR (n:_Proposal) REQUIRE n.id IS UNIQUE;
