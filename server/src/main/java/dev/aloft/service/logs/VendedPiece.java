package dev.aloft.service.logs;

import dev.aloft.kernel.store.Key;
import java.util.List;

/**
 * Records of a resource's log on their way to a destination.
 *
 * @param delivery the key of the delivery that wants them
 * @param lines    the oldest first
 */
record VendedPiece(Key delivery, String resourceArn, List<Line> lines) {
    /**
     * A record.
     *
     * @param millis when it was told
     */
    record Line(long millis, String text) {
    }
}
