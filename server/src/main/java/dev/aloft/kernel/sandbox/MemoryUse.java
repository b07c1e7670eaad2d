package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What memory the processes of one sandbox hold, and the most they held: by their control group, else by /proc. */
final class MemoryUse {
    private static final long PAGE_BYTES = 4096;

    private final Optional<ControlGroups.Group> group;
    private final Supplier<Set<Long>> processes;
    /** What was found so far, the most pages of files in it, and what the control group said. */
    private final AtomicLong peakBytes = new AtomicLong();
    private final AtomicLong filesBytes = new AtomicLong();
    private volatile long groupPeakBytes;
    /** How many the kernel had killed in this group before these. */
    private volatile long killedBefore;
    private volatile boolean ranOut;

    /** @param processes those there are now */
    MemoryUse(Optional<ControlGroups.Group> group, Supplier<Set<Long>> processes) {
        this.group = group;
        this.processes = processes;
    }

    /** The group is one in which others have ended. */
    void beginsAgain() {
        killedBefore = group.map(ControlGroups.Group::killed).orElse(0L);
    }

    /** The last of them ended; what the group says is known no longer than that is there. */
    void ended() {
        group.ifPresent(limited -> {
            peakBytes.accumulateAndGet(limited.peakWithoutFilesBytes() + filesBytes.get(), Math::max);
            ranOut |= limited.killed() > killedBefore;
        });
    }

    /** They hold more than they may, and are ended for it. */
    void exceeded() {
        ranOut = true;
    }

    /** Whether one was killed for want of memory. */
    boolean ranOut() {
        return ranOut || group.isPresent() && group.get().killed() > killedBefore;
    }

    /** What they hold now; perhaps 0 where that is no more than so much. */
    long heldBytes(long most) {
        if (group.isPresent() && group.get().holds("memory")) {
            return group.get().heldBytes(most);
        }
        return processes.get().stream().mapToLong(MemoryUse::anonymousBytes).sum();
    }

    private static long anonymousBytes(long pid) {
        try {
            String[] pages = Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ");
            return (Long.parseLong(pages[1]) - Long.parseLong(pages[2])) * PAGE_BYTES;
        } catch (IOException gone) {
            return 0;
        }
    }

    /** The most they held. */
    long peakBytes() {
        // One number is read fast: mostly it has not changed. Older kernels do not tell it.
        long grouped = group.map(ControlGroups.Group::peakBytes).orElse(0L);
        if (grouped > 0 && grouped <= groupPeakBytes) {
            return peakBytes.get();
        }
        List<Resident> all = processes.get().stream().map(Resident::of).toList();
        if (grouped == 0) {
            return peakBytes.accumulateAndGet(all.stream().mapToLong(Resident::peak).sum(), Math::max);
        }
        groupPeakBytes = grouped;
        // Processes of one sandbox mostly share theirs too.
        long files = filesBytes.accumulateAndGet(all.stream().mapToLong(Resident::files).max().orElse(0), Math::max);
        long largest = all.stream().mapToLong(Resident::peak).max().orElse(0);
        return peakBytes.accumulateAndGet(Math.max(largest, group.get().peakWithoutFilesBytes() + files), Math::max);
    }

    /**
     * What a process has in memory, in bytes.
     *
     * @param peak  the most it had
     * @param files pages of files, programs and libraries, that it has now
     */
    private record Resident(long peak, long files) {
        static Resident of(long pid) {
            try {
                List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
                return new Resident(bytes(lines, "VmHWM:"), bytes(lines, "RssFile:"));
            } catch (IOException gone) {
                return new Resident(0, 0);
            }
        }

        private static long bytes(List<String> lines, String name) {
            return lines.stream().filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .sum();
        }
    }
}
