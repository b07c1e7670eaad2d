package dev.aloft.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.LongFunction;

/** A bounded load of so many connections for so long, each sending its next request when the last is answered. */
record Load(double perSecond, double p50Micros, double p99Micros, long failed) {
    private static final int KEPT = 200_000;

    /** What is done for the n-th time; answers the HTTP status. */
    interface Turn {
        int run(Connection connection, long n) throws IOException;
    }

    /** @param request makes the bytes of the n-th request */
    static Load run(int port, int connections, double seconds, LongFunction<byte[]> request) throws Exception {
        return turns(port, connections, seconds, (connection, n) -> connection.exchange(request.apply(n)));
    }

    static Load turns(int port, int connections, double seconds, Turn turn) throws Exception {
        var threads = new ArrayList<Thread>();
        var times = new long[connections][];
        var failed = new long[connections];
        var counts = new long[connections];
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        for (int i = 0; i < connections; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                var own = new long[KEPT];
                int size = 0;
                try (var connection = new Connection(port)) {
                    long n = 0;
                    for (long at = System.nanoTime(); at < end; n++) {
                        int status = turn.run(connection, n * connections + number);
                        long now = System.nanoTime();
                        if (status >= 300) {
                            failed[number]++;
                        }
                        own[size++ % KEPT] = now - at;
                        at = now;
                    }
                    counts[number] = n;
                } catch (IOException e) {
                    failed[number]++;
                }
                times[number] = Arrays.copyOf(own, Math.min(size, KEPT));
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        double took = (System.nanoTime() - begin) / 1e9;
        var all = Arrays.stream(times).flatMapToLong(Arrays::stream).sorted().toArray();
        return new Load(
                Arrays.stream(counts).sum() / took,
                all.length == 0 ? 0 : all[all.length / 2] / 1e3,
                all.length == 0 ? 0 : all[(int) (all.length * 0.99)] / 1e3,
                Arrays.stream(failed).sum());
    }

    static double median(double... values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    String latency() {
        return "p50 %.0f µs, p99 %.0f µs%s".formatted(p50Micros, p99Micros, failed == 0 ? "" : ", FAILED " + failed);
    }
}
