package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/** How much memory there is for sandboxes: what the machine has free, or the container in which the platform runs. */
final class Memory {
    /** What is left to the platform and whatever else runs here. */
    private static final long LEAST_LEFT = 256L << 20;
    private static final double SHARE_LEFT = 0.06;
    /** What a runtime takes before its function is loaded, at most. */
    private static final long EACH = 64L << 20;

    private Memory() {}

    /** Whether so many sandboxes more would leave enough. */
    static boolean holds(int more) {
        long total = machine("MemTotal:");
        long available = Math.min(machine("MemAvailable:"), container());
        return available - more * EACH > Math.max(LEAST_LEFT, (long) (total * SHARE_LEFT));
    }

    /** The most that all sandboxes together may take. */
    static long most() {
        long total = Math.min(machine("MemTotal:"), containerLimit());
        return total - Math.max(LEAST_LEFT, (long) (total * SHARE_LEFT));
    }

    private static long machine(String name) {
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst().orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    private static long container() {
        long used = first("/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes");
        long limit = containerLimit();
        return limit == Long.MAX_VALUE || used == Long.MAX_VALUE ? Long.MAX_VALUE : limit - used + reclaimable();
    }

    /** Files that were read and are remembered: they make way. */
    private static long reclaimable() {
        for (String file : List.of("/sys/fs/cgroup/memory.stat", "/sys/fs/cgroup/memory/memory.stat")) {
            try {
                return Files.readAllLines(Path.of(file)).stream()
                        .filter(line -> line.startsWith("inactive_file "))
                        .mapToLong(line -> Long.parseLong(line.substring("inactive_file ".length())))
                        .sum();
            } catch (IOException notThere) {
                // the other hierarchy's file
            }
        }
        return 0;
    }

    private static long containerLimit() {
        long limit = first("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes");
        // The older hierarchy's word for no limit is a number near the largest there is.
        return limit > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : limit;
    }

    private static long first(String... files) {
        return List.of(files).stream().flatMapToLong(Memory::number).findFirst().orElse(Long.MAX_VALUE);
    }

    private static LongStream number(String file) {
        try {
            String text = Files.readString(Path.of(file)).strip();
            return LongStream.of(text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text));
        } catch (IOException | NumberFormatException notThere) {
            return LongStream.empty();
        }
    }
}
