// Documents by what they hold, chunks by document and number.
CREATE CONSTRAINT knowloom_document_digest IF NOT EXISTS
FOR (n:_Document) REQUIRE n.digest IS UNIQUE;

CREATE CONSTRAINT knowloom_chunk_id IF NOT EXISTS
FOR (n:_Chunk) REQUIRE n.id IS UNIQUE;
