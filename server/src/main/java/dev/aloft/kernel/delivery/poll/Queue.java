package dev.aloft.kernel.delivery.poll;

import java.time.Duration;
import java.util.List;

/** A queue that is polled. */
public interface Queue {
    /** Waits up to so many seconds for up to so many messages, of which it gives at most 10. */
    List<Item> receive(int most, int waitSeconds);

    void delete(List<Item> items);

    /** For how long a message that was received is hidden. */
    Duration visibility();
}
