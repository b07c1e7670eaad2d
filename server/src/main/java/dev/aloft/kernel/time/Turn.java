package dev.aloft.kernel.time;

import java.time.Instant;
import java.util.Optional;

/**
 * One look of a worker: does what is due in the store and says when there is more; nothing when only a signal will
 * tell.
 */
@FunctionalInterface
public interface Turn {
    Optional<Instant> run() throws Exception;
}
