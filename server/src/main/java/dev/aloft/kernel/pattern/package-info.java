/**
 * Which events somebody wants, as EventBridge's rules, Pipes and event source mappings describe them: AWS's own
 * matcher, event-ruler, behind a small face. Pure: no input or output, no clock.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html">Event patterns</a>
 */
package dev.aloft.kernel.pattern;
