// Names keep every word, since "The Who" is one; concepts are English prose and class code.
CREATE FULLTEXT INDEX knowloom_instance_text IF NOT EXISTS
FOR (n:_Instance) ON EACH [n.name, n.aliases]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-no-stop-words'}};

CREATE FULLTEXT INDEX knowloom_concept_text IF NOT EXISTS
FOR (n:_Concept) ON EACH [n.name, n.title, n.aliases, n.description, n.words, n.code]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}};
