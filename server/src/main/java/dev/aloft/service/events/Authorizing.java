package dev.aloft.service.events;

import dev.aloft.kernel.store.Key;
import java.time.Instant;

/**
 * A connection that needs its first token.
 *
 * @param since when it was made, or put otherwise
 */
record Authorizing(Key key, Instant since) {
}
