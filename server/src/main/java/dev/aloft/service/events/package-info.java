/**
 * Amazon EventBridge as far as schedules: rules of the default bus with a ScheduleExpression, and their targets. When a rule
 * falls due, an event for each target is kept in the same commit that moves the schedule on; it is delivered at least once and
 * retried as the target's policy says.
 *
 * <pre>  schedules (Due) → deliveries (Due) → kernel.call.Targets as events.amazonaws.com</pre>
 *
 * <p>Left out: event patterns, PutEvents, other buses, dead-letter queues, targets' own parameters, archives.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html">EventBridge API Reference</a>
 */
package dev.aloft.service.events;
