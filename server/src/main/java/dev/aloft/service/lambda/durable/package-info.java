/**
 * Durable functions: executions that outlive their invocations.
 *
 * <pre>
 *   Invoke → DurableExecutions.start → an execution and a run that is due, in one commit
 *   Runner   invokes the function with all that happened so far; its answer ends the execution or leaves it waiting
 *   Checkpoints  what the function's SDK reports meanwhile: steps, waits, callbacks, invocations of other functions
 *   Timers   what falls due: the end of a wait, the next attempt of a step, time-outs, the end of the retention
 * </pre>
 *
 * An {@link dev.aloft.service.lambda.durable.Progress} is one execution inside one transaction; everything that happens
 * to it is written through it, its history with it. An execution is invoked by one run at a time; what changes while
 * nobody looks makes a run due.
 *
 * <p>Left out: tenants, streamed answers, the metrics ApproximateRunningDurableExecutions and its utilization.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html">Lambda durable functions</a>
 */
package dev.aloft.service.lambda.durable;
