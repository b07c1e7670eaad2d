/**
 * Runs functions: execution environments, their pools, the Runtime API.
 *
 * <pre>
 *   Invocations ── admits, finds the version's Pool
 *     Pool ── an idle Environment, or a new one
 *       Environment ── one sandbox; its life is a table
 *         RuntimeApi ── next, response, error, init error: what the runtime inside asks
 *         EnvironmentLog ── its lines, with START, END and REPORT where they belong
 *   Spares ── runtimes booted ahead, waiting for a function
 *   LogShipper ── brings the lines to CloudWatch Logs as the execution role
 * </pre>
 *
 * Left out so far: extensions, the Telemetry API, streamed answers to the caller (they are gathered), provisioned
 * concurrency, SnapStart.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html">Execution environment</a>
 */
package dev.aloft.service.lambda.invoke;
