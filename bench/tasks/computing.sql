-- The shipped example as its files hold it. $folder is examples/computing.
CREATE OR REPLACE TABLE people AS
SELECT name, class, CAST(born AS VARCHAR) AS born, CAST(died AS VARCHAR) AS died, born_in,
  list_filter(string_split(coalesce(affiliation, ''), '|'), lambda a: a <> '') AS affiliations
FROM read_csv(getvariable('folder') || '/people.csv', header = true, all_varchar = true);

CREATE OR REPLACE TABLE organizations AS
SELECT name, class, CAST(founded AS INTEGER) AS founded, located_in
FROM read_csv(getvariable('folder') || '/organizations.csv', header = true, all_varchar = true);

CREATE OR REPLACE TABLE places AS
SELECT name, class, country
FROM read_csv(getvariable('folder') || '/places.csv', header = true, all_varchar = true);

CREATE OR REPLACE TABLE publications AS
SELECT class, name, year, venue, authors, about
FROM read_json(getvariable('folder') || '/publications.jsonl', columns = {
  class: 'VARCHAR', name: 'VARCHAR', year: 'INTEGER', venue: 'VARCHAR', authors: 'VARCHAR[]',
  about: 'VARCHAR[]'});

CREATE OR REPLACE TABLE artifacts AS
SELECT class, name, year, designers, typing
FROM read_json(getvariable('folder') || '/artifacts.jsonl', columns = {
  class: 'VARCHAR', name: 'VARCHAR', year: 'INTEGER', designers: 'VARCHAR[]', typing: 'VARCHAR'});

CREATE OR REPLACE TABLE awards AS
SELECT class, name, year, recipient
FROM read_json(getvariable('folder') || '/awards.jsonl', columns = {
  class: 'VARCHAR', name: 'VARCHAR', year: 'INTEGER', recipient: 'VARCHAR[]'});
