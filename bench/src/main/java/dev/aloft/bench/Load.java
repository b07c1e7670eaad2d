package dev.aloft.bench;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A bounded load of so many connections for so long, each sending its next request when the last is answered. One
 * thread serves them all: a thread for each would take as much of the processors as what is measured.
 */
record Load(double perSecond, double p50Micros, double p99Micros, long failed) {
    /** What is asked for one time after another. */
    interface Turn {
        /** The request that begins the n-th turn. */
        byte[] first(long n);

        /**
         * The request that follows; null where the turn ends.
         *
         * @param asked how many requests the turn has had
         */
        default byte[] next(Answer answer, int asked) {
            return null;
        }

        /** Says whether the turn went well. */
        default boolean end(Answer last, int asked) {
            return last.status() < 300;
        }

        /** Whether the contents of answers are looked at. */
        default boolean readsContent() {
            return false;
        }
    }

    /** @param request makes the bytes of the n-th request */
    static Load run(int port, int connections, double seconds, LongFunction<byte[]> request) throws Exception {
        return turns(port, connections, seconds, request::apply);
    }

    static Load turns(int port, int connections, double seconds, Turn turn) throws Exception {
        var callers = new ArrayList<Caller>();
        var times = new Times();
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        long failed = 0;
        try (var selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                callers.add(new Caller(port, turn, i, connections, times));
            }
            if (connections == 1) {
                callers.getFirst().callUntil(end);
            } else {
                serve(selector, callers, end);
            }
        } finally {
            for (var caller : callers) {
                failed += caller.failed();
                caller.close();
            }
        }
        double took = (System.nanoTime() - begin) / 1e9;
        var all = times.sorted();
        return new Load(
                times.count() / took,
                all.length == 0 ? 0 : all[all.length / 2] / 1e3,
                all.length == 0 ? 0 : all[(int) (all.length * 0.99)] / 1e3,
                failed);
    }

    private static void serve(Selector selector, List<Caller> callers, long end) throws IOException {
        for (var caller : callers) {
            caller.register(selector);
        }
        while (callers.stream().anyMatch(Caller::isOpen)) {
            selector.select(key -> ((Caller) key.attachment()).goOn(end));
        }
    }

    static double median(double... values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    String latency() {
        return "p50 %.0f µs, p99 %.0f µs%s".formatted(p50Micros, p99Micros, failed == 0 ? "" : ", FAILED " + failed);
    }

    /** How long turns took; of very many the last. */
    static final class Times {
        private static final int KEPT = 2_000_000;

        private long[] nanos = new long[1024];
        private long count;

        void add(long took) {
            if (count == nanos.length && count < KEPT) {
                nanos = Arrays.copyOf(nanos, (int) Math.min(KEPT, 2 * count));
            }
            nanos[(int) (count++ % nanos.length)] = took;
        }

        long count() {
            return count;
        }

        long[] sorted() {
            var all = Arrays.copyOf(nanos, (int) Math.min(count, nanos.length));
            Arrays.sort(all);
            return all;
        }
    }
}
