/**
 * How services tell CloudWatch what they count: measured in memory, brought there some seconds later.
 *
 * <pre>
 *   Series sent = metrics.series(account, region, "AWS/SQS", "NumberOfMessagesSent", "Count",
 *       Map.of("QueueName", name));
 *   sent.add(1);
 * </pre>
 *
 * Measuring takes no store and no call. What was measured in the last seconds before the platform is killed is lost, as
 * AWS too promises no more of metrics than its best.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html">Metrics</a>
 */
package dev.aloft.kernel.metric;
