/**
 * Amazon EventBridge Pipes: from a queue or a stream through a filter and an enrichment to one target.
 *
 * <pre>
 *   kernel.delivery.poll (SQS, Kinesis, DynamoDB streams) ─ batch ─► PipeConsumer ─► PipeEnrichment ─► PipeTarget
 *        each step ─► PipeLog ─► metrics, log group, delivery stream, bucket
 * </pre>
 *
 * <p>Left out: brokers and Kafka as sources, targets of services that are not here.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html">EventBridge Pipes</a>
 */
package dev.aloft.service.pipes;
