/**
 * Amazon SQS: standard, fair and FIFO queues.
 *
 * <p>A message is its content, written once, and a small entry at the moment from which it is visible. Who receives it
 * moves the entry to the moment at which it is to be visible again; nobody brings it back. Who deletes it removes both.
 * A FIFO queue has such an entry for each group, at the moment of its first message ({@link
 * dev.aloft.service.sqs.Order}).
 *
 * <p>Messages of a standard queue that have a group have an entry by their group too, so that those of noisy groups can
 * be passed over ({@link dev.aloft.service.sqs.FairOrder}).
 *
 * <p>Left out: AWS's rates of calls, but for those of a FIFO queue whose tag asks for them ({@link
 * dev.aloft.service.sqs.Throttle}).
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html">SQS API
 *     Reference</a>
 */
package dev.aloft.service.sqs;
