// Replace what is shown of instances, all properties; create records.
// A list in a map: the server plans once for any number, not again for each power of ten. To
// create nodes with all they hold takes a third of merging them and setting one after the other.
// parameters: given {rows [{uid, set, records [record]}], times, days [text]}; each record has what
//     its node holds, its times as places in these lists
// columns: none
CYPHER replan=skip
WITH [t IN $given.times | datetime(t)] AS times, [d IN $given.days | date(d)] AS days
UNWIND $given.rows AS row
MATCH (n:_Instance {uid: row.uid})
SET n = row.set
WITH n, row, times, days
UNWIND row.records AS record
CREATE (r:_Record {
  id: record.id,
  run: record.run,
  source: record.source,
  recorded: times[record.recorded],
  hash: record.hash,
  row: record.row,
  end: record.end,
  concept: record.concept,
  body: record.body,
  observed: times[record.observed],
  valid_from: days[record.valid_from],
  valid_to: days[record.valid_to],
  confidence: record.confidence,
  superseded_by: record.superseded_by
})
CREATE (n)-[:_RECORD]->(r)
