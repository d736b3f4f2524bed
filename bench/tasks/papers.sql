-- The papers as their files hold them: what was neither rejected nor withdrawn, venue and year
-- from the file's name, authors apart. $folder is that of the data set.
CREATE OR REPLACE TABLE papers AS
SELECT
  row_number() OVER (ORDER BY filename, title) AS id,
  MAP {'nips': 'NeurIPS', 'icml': 'ICML', 'iclr': 'ICLR'}[regexp_extract(filename, '([a-z]+)[0-9]{4}\.json', 1)] AS venue,
  CAST(regexp_extract(filename, '([0-9]{4})\.json', 1) AS INTEGER) AS year,
  title,
  status,
  CASE WHEN gs_citation >= 0 THEN gs_citation END AS citations,
  list_distinct(list_filter([trim(a) FOR a IN string_split(author, ';')], lambda a: a <> '')) AS authors,
  list_distinct(list_filter([trim(a) FOR a IN string_split(aff_unique_norm, ';')], lambda a: a <> '')) AS affiliations,
  list_distinct(list_filter([trim(a) FOR a IN string_split(keywords, ';')], lambda a: a <> '')) AS keywords
FROM read_json(
  getvariable('folder') || '/*/*.json',
  filename = true,
  maximum_object_size = 100000000,
  columns = {
    title: 'VARCHAR', status: 'VARCHAR', gs_citation: 'BIGINT', author: 'VARCHAR',
    aff_unique_norm: 'VARCHAR', keywords: 'VARCHAR'
  }
)
WHERE coalesce(status, '') NOT IN ('Reject', 'Withdraw');

CREATE OR REPLACE TABLE authorship AS
SELECT id, venue, year, title, citations, unnest(authors) AS author FROM papers;

-- One person, three spellings.
CREATE OR REPLACE VIEW hinton AS
SELECT DISTINCT id, venue, year, title, citations FROM authorship
WHERE author IN ('Geoffrey Hinton', 'Geoffrey E. Hinton', 'Geoffrey E Hinton');

CREATE OR REPLACE VIEW bengio AS
SELECT id, venue, year, title, citations FROM authorship WHERE author = 'Yoshua Bengio';
