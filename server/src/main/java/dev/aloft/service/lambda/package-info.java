/**
 * AWS Lambda: functions, versions, aliases, layers, function URLs, permissions, and invoking them.
 *
 * <p>{@code LambdaService} is the table of contents; {@code invoke} runs functions, {@code async} carries events that
 * nobody waits for, {@code source} those of queues and streams, {@code durable} the executions of durable functions.
 * Left out so far, each refused by its name: VPC, file systems, customer keys, sources that are brokers.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/welcome.html">Lambda API</a>
 */
package dev.aloft.service.lambda;
