-- The triples as their files hold them, with the English labels. $folder is that of the data set.
CREATE OR REPLACE TABLE labels AS
SELECT entry.key AS id, entry.value ->> 'label' AS label
FROM (
  SELECT unnest(map_entries(CAST(CAST(content AS JSON) AS MAP(VARCHAR, JSON)))) AS entry
  FROM read_text(getvariable('folder') || '/entity2wikidata.json')
);

CREATE OR REPLACE TABLE facts AS
SELECT DISTINCT
  h AS head, r AS relation, t AS tail,
  coalesce(a.label, h) AS head_name, coalesce(b.label, t) AS tail_name
FROM read_csv(
  [getvariable('folder') || '/train.txt', getvariable('folder') || '/valid.txt', getvariable('folder') || '/test.txt'],
  delim = '\t', header = false, quote = '', names = ['h', 'r', 't']
)
LEFT JOIN labels a ON a.id = h
LEFT JOIN labels b ON b.id = t;
