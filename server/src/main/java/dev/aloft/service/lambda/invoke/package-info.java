/**
 * Runs functions: execution environments, their pools, the Runtime API.
 *
 * <pre>
 *   Invocations ── the one way to run a function
 *     Concurrency ── how many events run at once and how fast they come, as AWS limits them
 *     Starts ── which function may start its next environment on this machine
 *     Pool ── an idle Environment, or a new one
 *       Environment ── serves one event at a time; its life is a table
 *         Launch ── how its processes are started, first and again
 *         Incarnation ── one start of them, from init to their end: runtime, Extensions, Telemetry
 *         RuntimeApi, ExtensionsApi ── what they ask over a Connection
 *         EnvironmentLog ── their lines, with what Report has to tell where it belongs
 *   Provisioned ── keeps environments started for versions that are to have some
 *   Prepared ── environments of versions with SnapStart that had their init and wait to be restored
 *   Training ── records the init of a version with SnapStart; TrainedStarts keeps that for its next environments
 *   Measures ── what Lambda tells CloudWatch of functions
 *   Runtimes ── which interpreter runs which runtime, found by JavaPrograms, RubyPrograms, DotnetRuntime
 *               and NodePrograms, which fetches those of Node.js that are missing
 *   Spares ── runtimes booted ahead, waiting for a function
 *   Overdue ── ends what answered and never asks for more
 *   LogShipper ── brings the lines to CloudWatch Logs as the execution role
 * </pre>
 *
 * An answer can be passed on as it comes: {@link dev.aloft.service.lambda.invoke.ResponseStream}.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html">Execution environment</a>
 */
package dev.aloft.service.lambda.invoke;
