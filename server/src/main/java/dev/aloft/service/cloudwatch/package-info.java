/**
 * CloudWatch's metrics: numbers that are put, kept as aggregates of a minute and longer, and read as statistics; and
 * alarms on them, and on other alarms.
 *
 * <pre>
 *   PutMetricData ── Data ── an Aggregate a minute, five minutes and an hour; a second where that was asked for
 *   GetMetricStatistics, GetMetricData ── Statistics ── aggregates of the period asked for
 *   their expressions ── MetricMath, MathFunctions
 *   ListMetrics ── MetricList
 *   PutMetricAlarm … ── Alarms;  each minute Evaluations ── an Evaluation ── AlarmStates ── history, AlarmActions
 * </pre>
 *
 * A second is kept for 3 hours, a minute for 15 days, five minutes for 63 days, an hour for 455 days, as on AWS.
 * Left out: Metrics Insights, searches and anomaly bands, entities, trimmed statistics, suppressed actions,
 * dashboards, streams.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/working_with_metrics.html">Metrics</a>
 */
package dev.aloft.service.cloudwatch;
