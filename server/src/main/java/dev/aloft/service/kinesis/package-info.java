/**
 * Amazon Kinesis Data Streams: streams, their shards and records.
 *
 * <pre>
 *   PutRecord(s) ─► Records: which shard has this hash key? ─► one commit: the records, each under its shard and number
 *                                                                  │ a signal a shard
 *   GetShardIterator, GetRecords ─► Reading ◄──────────────────────┤
 *   SubscribeToShard ─► Subscriptions: pushes for five minutes ◄───┘
 * </pre>
 *
 * A stream is ready at once, split and merged at once, unless it asks for AWS's {@linkplain
 * dev.aloft.service.kinesis.States states}. What a stream's tags {@code aloft:…} do, see
 * {@link dev.aloft.service.kinesis.StreamSettings}.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/introduction.html">Amazon Kinesis Data Streams</a>
 */
package dev.aloft.service.kinesis;
