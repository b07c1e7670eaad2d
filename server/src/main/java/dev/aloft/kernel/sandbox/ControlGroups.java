package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The kernel's control groups, where this process may make some: they hold a sandbox to its memory, its number of
 * processes and its part of the processors. Both hierarchies of the kernel are spoken: the unified one and the older,
 * one folder a controller. Groups are made at the top, which root may, or below the group in which the platform runs,
 * which a user may to whom that was delegated.
 */
final class ControlGroups {
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");
    private static final List<String> CONTROLLERS = List.of("memory", "pids", "cpu");
    private static final int MOST_PROCESSES = 1024;
    /** So much memory gives a function one processor. */
    private static final int MEGABYTES_A_PROCESSOR = 1_769;
    private static final int PERIOD_MICROS = 100_000;
    private static final int LEAST_QUOTA_MICROS = 1_000;

    private final boolean unified;
    private final List<Parent> parents;
    private final String prefix = "aloft-" + ProcessHandle.current().pid() + "-";
    private final Queue<Path> leftovers = new ConcurrentLinkedQueue<>();

    /** A folder in which groups are made, and what they then hold. */
    private record Parent(Path folder, Set<String> controllers) {}

    private ControlGroups(boolean unified, List<Parent> parents) {
        this.unified = unified;
        this.parents = parents;
    }

    /** Looks once what this machine allows. */
    static Optional<ControlGroups> find() {
        try {
            return find(MOUNT, Files.readAllLines(Path.of("/proc/self/cgroup")));
        } catch (IOException noGroups) {
            return Optional.empty();
        }
    }

    /**
     * @param mount where the hierarchies are
     * @param own   the groups of this process, as /proc tells them
     */
    static Optional<ControlGroups> find(Path mount, List<String> own) {
        List<Parent> parents = Files.exists(mount.resolve("cgroup.controllers")) ? unified(mount, own)
                : apart(mount, own);
        if (parents.isEmpty()) {
            return Optional.empty();
        }
        var groups = new ControlGroups(Files.exists(mount.resolve("cgroup.controllers")), parents);
        try {
            // The parents may be another user's.
            groups.create(0).remove();
        } catch (IOException notOurs) {
            return Optional.empty();
        }
        groups.sweep();
        groups.limitAll(Memory.most());
        return Optional.of(groups);
    }

    private static List<Parent> unified(Path mount, List<String> own) {
        var candidates = new LinkedHashSet<Path>();
        candidates.add(mount);
        own.stream().filter(line -> line.startsWith("0::/"))
                .forEach(line -> candidates.add(mount.resolve(line.substring("0::/".length()))));
        for (Path above : candidates) {
            try {
                pass(above);
                Path parent = Files.createDirectories(above.resolve("aloft"));
                pass(parent);
                Set<String> passed = passed(parent);
                if (!passed.isEmpty()) {
                    return List.of(new Parent(parent, passed));
                }
            } catch (IOException notHere) {
                // perhaps below
            }
        }
        return List.of();
    }

    /**
     * Lets groups below use the controllers. A group that does may hold no process itself, so ours moves to one below.
     */
    private static void pass(Path group) throws IOException {
        if (!enable(group) && Files.exists(group.resolve("cgroup.procs"))) {
            Path leaf = Files.createDirectories(group.resolve("aloft-platform"));
            Files.writeString(leaf.resolve("cgroup.procs"), String.valueOf(ProcessHandle.current().pid()));
            enable(group);
        }
    }

    /** All, or those that there are; says false if it is none. */
    private static boolean enable(Path group) {
        if (enable(group, "+" + String.join(" +", CONTROLLERS))) {
            return true;
        }
        return CONTROLLERS.stream().filter(controller -> enable(group, "+" + controller)).count() > 0;
    }

    private static boolean enable(Path group, String controllers) {
        try {
            Files.writeString(group.resolve("cgroup.subtree_control"), controllers);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static Set<String> passed(Path parent) throws IOException {
        var passed = new LinkedHashSet<>(List.of(Files.readString(parent.resolve("cgroup.subtree_control")).strip()
                .split("[ +]+")));
        passed.retainAll(CONTROLLERS);
        return passed;
    }

    private static List<Parent> apart(Path mount, List<String> own) {
        var parents = new ArrayList<Parent>();
        for (String controller : CONTROLLERS) {
            Path top = mount.resolve(controller);
            if (!Files.exists(top.resolve("cgroup.procs"))) {
                continue;
            }
            var candidates = new LinkedHashSet<Path>();
            candidates.add(top);
            own.stream().map(line -> line.split(":", 3))
                    .filter(line -> line.length == 3 && List.of(line[1].split(",")).contains(controller))
                    .forEach(line -> candidates.add(top.resolve(line[2].substring(1))));
            for (Path above : candidates) {
                try {
                    Path parent = Files.createDirectories(above.resolve("aloft"));
                    if (Files.isWritable(parent)) {
                        parents.add(new Parent(parent, Set.of(controller)));
                        break;
                    }
                } catch (IOException notHere) {
                    // perhaps below
                }
            }
        }
        return parents;
    }

    /** Removes the empty groups of platforms that died. */
    private void sweep() {
        for (Parent parent : parents) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent.folder(), "aloft-*")) {
                groups.forEach(group -> {
                    if (!isOfALivingPlatform(group.getFileName().toString())) {
                        group.toFile().delete();
                    }
                });
            } catch (IOException unreadable) {
                return;
            }
        }
    }

    /**
     * The groups of others that run on this machine may be empty too, for the moment before a process is put into them.
     */
    private static boolean isOfALivingPlatform(String group) {
        var parts = group.split("-");
        return parts.length == 3 && parts[1].matches("\\d{1,18}")
                && ProcessHandle.of(Long.parseLong(parts[1])).isPresent();
    }

    /** All sandboxes together take no more: should they want to, the kernel ends one of them and not the platform. */
    private void limitAll(long bytes) {
        for (Parent parent : parents) {
            if (parent.controllers().contains("memory")) {
                try {
                    Files.writeString(parent.folder().resolve(unified ? "memory.max" : "memory.limit_in_bytes"),
                            String.valueOf(bytes));
                } catch (IOException busy) {
                    // Platforms that run beside this one already take more.
                }
            }
        }
    }

    /** Whether groups hold their processes to a part of this. */
    boolean holds(String controller) {
        return parents.stream().anyMatch(parent -> parent.controllers().contains(controller));
    }

    Group create(long number) throws IOException {
        leftovers.removeIf(group -> group.toFile().delete());
        String name = unused(prefix + number);
        var folders = new ArrayList<Parent>();
        for (Parent parent : parents) {
            Path folder = Files.createDirectory(parent.folder().resolve(name));
            folders.add(new Parent(folder, parent.controllers()));
            if (parent.controllers().contains("pids")) {
                Files.writeString(folder.resolve("pids.max"), String.valueOf(MOST_PROCESSES));
            }
        }
        return new Group(folders);
    }

    /** A group of that name may be left of a platform that had this one's process id, and its last processes in it. */
    private String unused(String name) {
        boolean taken = parents.stream().map(parent -> parent.folder().resolve(name).toFile())
                .anyMatch(folder -> folder.exists() && !folder.delete());
        return taken ? unused(name + "x") : name;
    }

    /** The groups of one sandbox. */
    final class Group {
        private final List<Parent> folders;

        private Group(List<Parent> folders) {
            this.folders = folders;
        }

        List<Path> joins() {
            return folders.stream().map(folder -> folder.folder().resolve("cgroup.procs")).toList();
        }

        private Optional<Path> of(String controller) {
            return folders.stream().filter(folder -> folder.controllers().contains(controller)).map(Parent::folder)
                    .findFirst();
        }

        /**
         * Holds the group to its part of the machine.
         *
         * @param megabytes of memory, by which the part of the processors goes too
         * @param scratch   megabytes that /tmp may take, which count as memory to the kernel and not on AWS
         * @param exact     whether the part of the processors is all it gets, also while nobody else wants them
         */
        void limit(int megabytes, int scratch, boolean exact) {
            try {
                if (of("memory").isPresent()) {
                    String bytes = String.valueOf((megabytes + scratch) * 1024L * 1024L);
                    Files.writeString(of("memory").get().resolve(unified ? "memory.max" : "memory.limit_in_bytes"),
                            bytes);
                }
                if (of("cpu").isPresent()) {
                    limitProcessors(of("cpu").get(), megabytes, exact);
                }
            } catch (IOException e) {
                throw new SandboxException("cannot limit a sandbox: " + e.getMessage());
            }
        }

        private void limitProcessors(Path folder, int megabytes, boolean exact) throws IOException {
            int quota = Math.max(LEAST_QUOTA_MICROS, (int) ((long) megabytes * PERIOD_MICROS / MEGABYTES_A_PROCESSOR));
            if (unified) {
                Files.writeString(folder.resolve("cpu.weight"),
                        String.valueOf(Math.clamp(megabytes * 100L / MEGABYTES_A_PROCESSOR, 1, 10_000)));
                if (exact) {
                    Files.writeString(folder.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
                }
            } else {
                Files.writeString(folder.resolve("cpu.shares"),
                        String.valueOf(Math.max(2, megabytes * 1024L / MEGABYTES_A_PROCESSOR)));
                if (exact) {
                    Files.writeString(folder.resolve("cpu.cfs_period_us"), String.valueOf(PERIOD_MICROS));
                    Files.writeString(folder.resolve("cpu.cfs_quota_us"), String.valueOf(quota));
                }
            }
        }

        boolean holds(String controller) {
            return of(controller).isPresent();
        }

        long peakBytes() {
            return number(unified ? "memory.peak" : "memory.max_usage_in_bytes");
        }

        /** The most it held, less the files and the /tmp in that which are still there. */
        long peakWithoutFilesBytes() {
            return Math.max(0, peakBytes() - stated(unified ? "file " : "total_cache "));
        }

        /** What the processes hold but files and /tmp. */
        long heldBytes(long unless) {
            // One number is read fast; the kernel's account of what it is made of is not.
            return number(unified ? "memory.current" : "memory.usage_in_bytes") <= unless ? 0
                    : stated(unified ? "anon " : "total_rss ");
        }

        private long number(String file) {
            return of("memory")
                    .map(folder -> read(folder.resolve(file)))
                    .filter(text -> !text.isBlank())
                    .map(text -> Long.parseLong(text.strip()))
                    .orElse(0L);
        }

        private long stated(String name) {
            return of("memory").stream()
                    .flatMap(folder -> read(folder.resolve("memory.stat")).lines())
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
                    .sum();
        }

        /** How many of its processes the kernel has killed for want of memory. */
        long killed() {
            return of("memory").stream()
                    .flatMap(folder -> read(folder.resolve(unified ? "memory.events" : "memory.oom_control")).lines())
                    .filter(line -> line.startsWith("oom_kill "))
                    .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()).strip()))
                    .sum();
        }

        void remove() {
            for (Parent each : folders) {
                // The kernel may need a moment to bury the last process; then it is done with the next sandbox.
                if (!each.folder().toFile().delete()) {
                    leftovers.add(each.folder());
                }
            }
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException gone) {
                return "";
            }
        }
    }
}
