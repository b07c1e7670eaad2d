/**
 * Amazon DynamoDB and Amazon DynamoDB Streams: tables with their indexes and items, expressions, batches, time to live,
 * tags, and streams of what changed.
 *
 * <pre>
 *   Tables, Indexes  what is known of a table: a {@code StoredTable}, opened as a {@code LiveTable}
 *   PutItem … Scan   the operations on items: checks that need no table, then those that do, then one transaction
 *   FineGrained      the keys that policies ask for: leading keys, attributes
 *   ItemWriter       the one place where items change, and with them index entries, stream records and expiries
 *   Streams          the life of streams and their shards; StreamRecords reads them
 *   History          what stood in a table before, for reads that lag, recovery and copies
 *   Outbox           changes that go elsewhere too; Feeds brings them
 *   KinesisFeed, Replication   into data streams, and to the replicas of a global table
 *   Replicas         which regions have the same table
 *   Backups, Restores, Exports, Imports   copies of tables, made step by step beside the calls
 *   Measures         what CloudWatch is told of tables
 *   ReplicaScaling, CapacityScaling   auto scaling of global tables, through Application Auto Scaling
 *   TableSettings    what tables can be set to besides: lag, throttling
 *   partiql/         statements
 *   expression/      conditions, projections, updates
 *   value/           attribute values, numbers, sizes, bytes
 * </pre>
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html">Developer guide</a>
 */
package dev.aloft.service.dynamodb;
