package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The kernel's control groups, where this process may make some: they hold a sandbox to its memory and number of
 * processes. Both hierarchies of the kernel are spoken: the unified one and the older, one folder a controller.
 */
final class ControlGroups {
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");
    private static final int MOST_PROCESSES = 1024;

    private final boolean unified;
    private final List<Path> parents;
    private final String prefix = "aloft-" + ProcessHandle.current().pid() + "-";
    private final Queue<Path> leftovers = new ConcurrentLinkedQueue<>();

    private ControlGroups(boolean unified, List<Path> parents) {
        this.unified = unified;
        this.parents = parents;
    }

    /** Looks once what this machine allows. */
    static Optional<ControlGroups> find() {
        try {
            if (Files.exists(MOUNT.resolve("cgroup.controllers"))) {
                Path own = Files.createDirectories(MOUNT.resolve("aloft"));
                Files.writeString(MOUNT.resolve("cgroup.subtree_control"), "+memory +pids");
                Files.writeString(own.resolve("cgroup.subtree_control"), "+memory +pids");
                return Optional.of(new ControlGroups(true, List.of(own)).tried().swept());
            }
            var parents = new ArrayList<Path>();
            for (String controller : List.of("memory", "pids")) {
                if (Files.exists(MOUNT.resolve(controller).resolve("cgroup.procs"))) {
                    parents.add(Files.createDirectories(MOUNT.resolve(controller).resolve("aloft")));
                }
            }
            return parents.isEmpty() ? Optional.empty() : Optional.of(new ControlGroups(false, parents).tried().swept());
        } catch (IOException notOurs) {
            return Optional.empty();
        }
    }

    /** Makes one and removes it: the parents may be another user's. */
    private ControlGroups tried() throws IOException {
        create(0).remove();
        return this;
    }

    /** Removes the empty groups of platforms that died. */
    private ControlGroups swept() {
        for (Path parent : parents) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, "aloft-*")) {
                groups.forEach(group -> group.toFile().delete());
            } catch (IOException unreadable) {
                return this;
            }
        }
        return this;
    }

    Group create(long number) throws IOException {
        leftovers.removeIf(group -> group.toFile().delete());
        var folders = new ArrayList<Path>();
        for (Path parent : parents) {
            Path folder = Files.createDirectories(parent.resolve(prefix + number));
            folders.add(folder);
            if (unified || parent.getParent().endsWith("pids")) {
                Files.writeString(folder.resolve("pids.max"), String.valueOf(MOST_PROCESSES));
            }
        }
        return new Group(folders);
    }

    /** The groups of one sandbox. */
    final class Group {
        private final List<Path> folders;

        private Group(List<Path> folders) {
            this.folders = folders;
        }

        List<Path> joins() {
            return folders.stream().map(folder -> folder.resolve("cgroup.procs")).toList();
        }

        private Optional<Path> memory() {
            return folders.stream().filter(f -> unified || f.getParent().getParent().endsWith("memory")).findFirst();
        }

        void limit(int megabytes) {
            memory().ifPresent(folder -> {
                try {
                    String bytes = String.valueOf(megabytes * 1024L * 1024L);
                    Files.writeString(folder.resolve(unified ? "memory.max" : "memory.limit_in_bytes"), bytes);
                } catch (IOException e) {
                    throw new SandboxException("cannot limit the memory of a sandbox: " + e.getMessage());
                }
            });
        }

        long peakBytes() {
            return memory()
                    .map(folder -> read(folder.resolve(unified ? "memory.peak" : "memory.max_usage_in_bytes")))
                    .filter(text -> !text.isBlank())
                    .map(text -> Long.parseLong(text.strip()))
                    .orElse(0L);
        }

        /** How many of its processes the kernel has killed for want of memory. */
        long killed() {
            return memory().stream()
                    .flatMap(folder -> read(folder.resolve(unified ? "memory.events" : "memory.oom_control")).lines())
                    .filter(line -> line.startsWith("oom_kill "))
                    .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()).strip()))
                    .sum();
        }

        void remove() {
            for (Path folder : folders) {
                // The kernel may need a moment to bury the last process; then it is done with the next sandbox.
                if (!folder.toFile().delete()) {
                    leftovers.add(folder);
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
