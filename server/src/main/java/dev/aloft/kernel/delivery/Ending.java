package dev.aloft.kernel.delivery;

/** How a delivery came to its end: {@link Outcome.Delivered} or given up. */
public sealed interface Ending permits Outcome.Delivered, Ending.GivenUp {
    /** @param last the failure of the last attempt */
    record GivenUp(Reason reason, Outcome.Failed last) implements Ending {
    }

    /** Why no attempt is made any more. */
    enum Reason {
        /** The policy's retries are used up. */
        RETRIES,
        /** It is older than the policy's maximum age. */
        AGE,
        /** No attempt would do better. */
        HOPELESS
    }
}
