/**
 * Amazon Data Firehose: delivery streams from records that are put directly or stand in a Kinesis stream, to objects
 * in S3 or to web servers.
 *
 * <pre>
 *   PutRecord(Batch), Sources ─► Buffers: kept, counted ──(full, or old enough)──► a batch, promised
 *                                                                           │ one at a time of a stream, in order
 *       S3 ◄── ObjectName, Compression ◄── BatchCarrier ◄── Processing ◄────┘
 *       web server ◄── HttpEndpoint ◄──┘                      │ LogEnvelopes, Partitions, Transformation
 * </pre>
 *
 * A stream is ready at once. Its backup is a second way with buffers of its own, see {@link FirehoseData.Channel}.
 * With dynamic partitioning a buffer is of the whole stream, and is parted when it goes. What a function made
 * of a batch that is not taken is kept, see {@link dev.aloft.service.firehose.Results}.
 *
 * <p>Left out: other destinations, MSK and databases as sources, format conversion.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/what-is-this-service.html">Amazon Data Firehose</a>
 */
package dev.aloft.service.firehose;
