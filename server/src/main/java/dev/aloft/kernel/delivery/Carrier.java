package dev.aloft.kernel.delivery;

import dev.aloft.kernel.store.Tx;

/** Knows how one kind of delivery is brought to its target, and what follows. */
public interface Carrier<D> {
    /** Whom the delivery goes to: so many of a lane run at once, and one lane does not wait for another. */
    Lane lane(D delivery);

    /** How it is retried; asked before each attempt, so that a setting that was changed counts at once. */
    RetryPolicy policy(D delivery);

    /**
     * Tries once, blocking as long as it takes, on a virtual thread of its own. Must bear to be called again with the
     * same
     * {@link Attempt#id} though it succeeded. An ApiError thrown is {@link Outcome.Failed#of} it.
     */
    Outcome deliver(D delivery, Attempt attempt);

    /**
     * In the commit that ends the delivery, one way or the other: promises the dead letter, the record for a
     * destination.
     */
    default void settled(Tx tx, D delivery, Attempt last, Ending ending) {
    }

    /**
     * After that commit: counts, logs. Lost if the process ends in between. Calls no service: other ends wait for it.
     */
    default void ended(D delivery, Attempt last, Ending ending) {
    }
}
