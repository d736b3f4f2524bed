// Instances are indexed behind the writes, which are half as fast again then; whoever searches
// waits for it. Names keep every word, since "The Who" is one.
CREATE FULLTEXT INDEX knowloom_instance_text IF NOT EXISTS
FOR (n:_Instance) ON EACH [n.name, n.aliases]
OPTIONS {indexConfig: {
  `fulltext.analyzer`: 'standard-no-stop-words',
  `fulltext.eventually_consistent`: true
}};

// Concepts are found by their class code, which holds definition and attributes, and by the words
// that their names are made of; both are English.
CREATE FULLTEXT INDEX knowloom_concept_text IF NOT EXISTS
FOR (n:_Concept) ON EACH [n.words, n.code]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}};
