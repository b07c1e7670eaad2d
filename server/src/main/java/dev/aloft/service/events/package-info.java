/**
 * Amazon EventBridge: buses, rules with patterns and schedules, archives and replays, connections and API destinations,
 * global endpoints.
 *
 * <pre>
 *   PutEvents ─► PutEvents ─┐                      ┌─► RuleCarrier ─► kernel.call.Targets · another bus · a web server
 *   another bus ► Forwarding┼─► Routing ─ promise ─┤        └ given up ─► dead-letter queue
 *   an archive ─► Replays ──┘ (Matchers, BusKeys)  └─► Archives
 *   a schedule ─► Schedules ──────────── promise ──┘
 * </pre>
 *
 * Other services put their events on an account's default bus through {@link dev.aloft.service.events.BusTarget}, or
 * with PutEvents as the service that they are.
 *
 * <p>Left out: partner event sources, schemas, logs of a bus, targets of services that are not here (ECS, Batch,
 * Redshift, …).
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html">EventBridge API Reference</a>
 */
package dev.aloft.service.events;
