/**
 * Amazon Data Firehose: delivery streams from records put directly to objects in S3.
 *
 * <pre>
 *   PutRecord(Batch) ─► Buffers: kept, counted ──(full, or old enough)──► a batch, promised
 *                                                                           │ one at a time of a stream, in order
 *       S3 ◄── ObjectName ◄── BatchCarrier ◄── Transformation (Lambda) ◄────┘
 * </pre>
 *
 * A stream is ready at once. Encryption and logging options are told as they were set and change nothing.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/what-is-this-service.html">Amazon Data Firehose</a>
 */
package dev.aloft.service.firehose;
