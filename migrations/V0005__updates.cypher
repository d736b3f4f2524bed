// What was merged leads to where it is kept; what nothing is said of any more is kept apart.
CREATE CONSTRAINT knowloom_redirect_uid IF NOT EXISTS
FOR (n:_Redirect) REQUIRE n.uid IS UNIQUE;

CREATE CONSTRAINT knowloom_retired_uid IF NOT EXISTS
FOR (n:_Retired) REQUIRE n.uid IS UNIQUE;

CREATE INDEX knowloom_decision_id IF NOT EXISTS
FOR (n:_Decision) ON (n.id);

// A relationship that was stated and is not any more.
CREATE CONSTRAINT knowloom_statement_id IF NOT EXISTS
FOR (n:_Statement) REQUIRE n.id IS UNIQUE;

CREATE INDEX knowloom_statement_ended IF NOT EXISTS
FOR (n:_Statement) ON (n.superseded_by);

CREATE INDEX knowloom_record_ended IF NOT EXISTS
FOR (n:_Record) ON (n.superseded_by);

// One update of a source at a time.
CREATE CONSTRAINT knowloom_source_lock IF NOT EXISTS
FOR (n:_SourceLock) REQUIRE n.source IS UNIQUE;

CREATE CONSTRAINT knowloom_snapshot_id IF NOT EXISTS
FOR (n:_Snapshot) REQUIRE n.id IS UNIQUE;

CREATE INDEX knowloom_snapshot_source IF NOT EXISTS
FOR (n:_Snapshot) ON (n.source);

// What the last fit found.
CREATE CONSTRAINT knowloom_policy_name IF NOT EXISTS
FOR (n:_Policy) REQUIRE n.name IS UNIQUE;

// Which things are worth a comparison with which.
CREATE CONSTRAINT knowloom_block_key IF NOT EXISTS
FOR (n:_Block) REQUIRE n.key IS UNIQUE;

CREATE CONSTRAINT knowloom_blocked_uid IF NOT EXISTS
FOR (n:_Blocked) REQUIRE n.uid IS UNIQUE;
