package dev.aloft.bench;

import java.nio.file.Path;

/** From the launcher's start to the first answer, and what an idle platform holds. */
final class StartBench {
    private static final int RUNS = 5;
    private static final int SETTLE_MILLIS = 5_000;

    private StartBench() {}

    static void run(Path launcher, Figures figures) throws Exception {
        figures.chapter("Start (goal: ready in 600 ms, 150 MB idle)");
        var ready = new double[RUNS];
        double idle = 0;
        for (int i = 0; i < RUNS; i++) {
            try (var product = Product.start(launcher)) {
                ready[i] = product.readyMillis;
                if (i == RUNS - 1) {
                    Product.pause(SETTLE_MILLIS);
                    idle = product.residentMegabytes();
                }
            }
        }
        figures.add("start to ready", Load.median(ready), "ms", "median of " + RUNS + ", a new data folder each");
        figures.add("idle memory", idle, "MB", "resident, 5 s after the start");
    }
}
