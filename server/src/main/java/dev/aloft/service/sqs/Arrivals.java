package dev.aloft.service.sqs;

import dev.aloft.kernel.time.Signal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Receivers that wait for a message, by queue. A message wakes one of them, the longest waiting, and not all; and only
 * the first of them waits for the moment at which something becomes visible by itself. So ten thousand that wait cost
 * nothing.
 */
final class Arrivals {
    private final Map<Long, Waiters> byQueue = new ConcurrentHashMap<>();

    private static final class Waiters {
        /** In the order in which they came. */
        private final Set<Waiter> waiting = new LinkedHashSet<>();
        private boolean gone;
    }

    /** One receiver. */
    final class Waiter {
        private final long queue;
        private final Signal signal = new Signal();
        private Waiters waiters;

        private Waiter(long queue) {
            this.queue = queue;
        }

        Signal signal() {
            return signal;
        }

        /** Waits in the queue if it does not; says whether it is the first. */
        boolean enter() {
            while (true) {
                var mine = byQueue.computeIfAbsent(queue, _ -> new Waiters());
                synchronized (mine) {
                    if (!mine.gone) {
                        waiters = mine;
                        mine.waiting.add(this);
                        return mine.waiting.iterator().next() == this;
                    }
                }
            }
        }

        /** Waits no more. The next one looks in its place. */
        void leave() {
            if (waiters == null) {
                return;
            }
            Waiter next = null;
            synchronized (waiters) {
                boolean first = !waiters.waiting.isEmpty() && waiters.waiting.iterator().next() == this;
                waiters.waiting.remove(this);
                if (waiters.waiting.isEmpty()) {
                    waiters.gone = true;
                    byQueue.remove(queue, waiters);
                } else if (first) {
                    next = waiters.waiting.iterator().next();
                }
            }
            if (next != null) {
                next.signal.raise();
            }
        }
    }

    Waiter waiter(long queue) {
        return new Waiter(queue);
    }

    /** That so many messages have come: as many receivers look, and the first of those that are left. */
    void wake(long queue, int messages) {
        var waiters = byQueue.get(queue);
        if (waiters == null) {
            return;
        }
        var woken = new ArrayList<Waiter>();
        synchronized (waiters) {
            var all = waiters.waiting.iterator();
            for (int i = 0; i <= messages && all.hasNext(); i++) {
                woken.add(all.next());
                if (i < messages) {
                    all.remove();
                }
            }
        }
        woken.forEach(waiter -> waiter.signal.raise());
    }

    /** That something has changed for all who wait. */
    void wakeAll(long queue) {
        var waiters = byQueue.get(queue);
        if (waiters != null) {
            List<Waiter> all;
            synchronized (waiters) {
                all = List.copyOf(waiters.waiting);
            }
            all.forEach(waiter -> waiter.signal.raise());
        }
    }
}
