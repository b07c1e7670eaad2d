package dev.aloft.kernel.delivery;

import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.StoreUnavailable;
import dev.aloft.kernel.store.Tx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes the ends of deliveries, many in a commit. Whoever comes first writes for those who come while it does: they
 * go on at once. What is not written when the process ends is delivered again.
 */
final class Settlements {
    private static final Logger LOG = System.getLogger(Settlements.class.getName());
    private static final int AT_ONCE = 200;

    /** The end of one delivery. */
    interface Settlement {
        void write(Tx tx);

        /** After the commit. */
        void written();

        /** Whether or not it was written: the delivery is no longer in hand. */
        void over();
    }

    private final Store store;
    private final ConcurrentLinkedQueue<Settlement> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    Settlements(Store store) {
        this.store = store;
    }

    void add(Settlement settlement) {
        waiting.add(settlement);
        if (count.getAndIncrement() > 0) {
            return;
        }
        int done;
        do {
            var some = new ArrayList<Settlement>();
            for (int most = Math.min(count.get(), AT_ONCE); some.size() < most; ) {
                some.add(waiting.remove());
            }
            write(some);
            done = some.size();
        } while (count.addAndGet(-done) > 0);
    }

    private void write(List<Settlement> some) {
        try {
            store.change(tx -> some.forEach(each -> each.write(tx)));
            some.forEach(Settlements::written);
        } catch (StoreUnavailable stopping) {
            LOG.log(Level.DEBUG, some.size() + " deliveries are taken up again later", stopping);
        } catch (RuntimeException | Error bug) {
            if (some.size() > 1) {
                some.forEach(each -> write(List.of(each)));
                return;
            }
            LOG.log(Level.ERROR, "A delivery cannot be ended and is taken up again later", bug);
        }
        some.forEach(Settlement::over);
    }

    private static void written(Settlement settlement) {
        try {
            settlement.written();
        } catch (RuntimeException | Error bug) {
            LOG.log(Level.ERROR, "What was to follow the end of a delivery failed", bug);
        }
    }
}
