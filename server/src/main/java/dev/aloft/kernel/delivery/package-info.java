/**
 * The one promise: an event is brought to its target at least once, retried, aged and dead-lettered.
 *
 * <pre>
 *   store.change(tx -&gt; { …the fact…; deliveries.promise(tx, id, delivery); })      one write, with the fact
 *        │ after the commit, or when the finder comes by
 *        ▼
 *   lane of its target, so many at once ──► Carrier.deliver ──► delivered ──► settled(tx), gone      one write for many
 *        ▲                                        │
 *        └── due again, as RetryPolicy says ◄── failed ──► used up, too old, hopeless ──► settled(tx), gone
 * </pre>
 *
 * A service makes a {@link dev.aloft.kernel.delivery.Deliveries} over its own store with a record of what it promises
 * and a {@link dev.aloft.kernel.delivery.Carrier} that knows how to bring it; where it is simply an event for a target
 * in somebody's name, {@link dev.aloft.kernel.delivery.Dispatch} is that record and {@link
 * dev.aloft.kernel.delivery.Dispatches} that carrier. A dead letter is a delivery too: {@code settled} promises it in
 * the commit that gives up.
 *
 * <p>Nothing in the store says that an attempt runs: what was under way when the process ended is still due at its next
 * start. So a target may see an event twice, with the same id.
 */
package dev.aloft.kernel.delivery;
