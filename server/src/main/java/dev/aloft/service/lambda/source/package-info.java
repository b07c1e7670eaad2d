/**
 * Event source mappings at work: what a mapping wants becomes a poller of the kernel's, and its batches become
 * invocations.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html">Event source
 *     mappings</a>
 */
package dev.aloft.service.lambda.source;
