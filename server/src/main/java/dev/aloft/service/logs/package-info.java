/**
 * Amazon CloudWatch Logs: groups, streams and the events in them.
 *
 * <p>What one PutLogEvents brings is kept as one value (a {@link dev.aloft.service.logs.Piece}) under its group, its
 * first moment and its stream, so that appending costs the same however many events come at once and a group is read by
 * time without looking at its streams. A piece spans a minute at most: a reader that begins at a moment begins a minute
 * earlier and merges what overlaps ({@link dev.aloft.service.logs.Merge}).
 *
 * <p>Metrics that events have in them, in the embedded metric format, go to CloudWatch
 * ({@link dev.aloft.service.logs.EmbeddedMetrics}).
 *
 * <p>A group's filters look at what is about to be written: what they want goes on to functions and streams
 * ({@link dev.aloft.service.logs.SubscriptionFilters}), in the same commit, or becomes data of metrics
 * ({@link dev.aloft.service.logs.MetricFilters}).
 *
 * <p>Logs that other services tell of their resources ({@link dev.aloft.kernel.call.VendedLogs}) are brought to where a
 * delivery says ({@link dev.aloft.service.logs.VendedDeliveries}).
 *
 * <p>Not built: filters of whole accounts, queries (Insights), live tail, exports,
 * other log group classes than STANDARD, data protection, transformers.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html">API reference</a>
 */
package dev.aloft.service.logs;
