/**
 * The polling half of delivery: records are fetched from queues and streams through their public operations, under the
 * role of whom they are for, filtered, gathered into batches and handed on.
 *
 * <pre>
 *   SqsQueue            ──► QueuePoller   one receiver gathers, many batches under way ──┐
 *                                                                                        ├──► Consumer
 *   DynamoDbStream, …   ──► StreamPoller  a thread a shard, in order, with checkpoints ──┘
 * </pre>
 *
 * Event source mappings and pipes are the consumers. Nothing is remembered here but what is under way: a queue keeps
 * what was not deleted, and a stream is read on from the last checkpoint.
 */
package dev.aloft.kernel.delivery.poll;
