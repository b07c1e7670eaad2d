/**
 * Events that nobody waits for: kept in the store until their function succeeded or their attempts are used up, then
 * told to whom it concerns.
 *
 * <pre>
 *   Invoke, type Event → AsyncInvocations (a delivery) → the function
 *                          → Destinations (a delivery each): destination, dead letter
 * </pre>
 *
 * <p>At least once: an event is forgotten only after its function ended. A function's error is tried again after one
 * minute and after two more; a throttle or a fault of the platform after ever longer pauses, up to six hours.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html">Asynchronous
 *     invocation</a>
 */
package dev.aloft.service.lambda.async;
