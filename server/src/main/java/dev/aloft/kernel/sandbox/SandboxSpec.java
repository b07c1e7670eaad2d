package dev.aloft.kernel.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a process is booted with before anybody knows whom it will serve.
 *
 * @param boot whether the process boots ahead of its assignment or is started by it
 * @param command the command line, as seen inside; of containers the one of {@link ContainerRuntime}
 * @param environment all the process sees of an environment until it is assigned
 * @param software folders of the machine outside /usr that it needs, seen read-only; where {@link #isCovered} they are
 *                 seen until the assignment only
 * @param runtime the folder seen at /var/runtime
 */
public record SandboxSpec(
        Boot boot, List<String> command, Map<String, String> environment, List<Folder> software, Path runtime) {

    public SandboxSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        software = List.copyOf(software);
    }

    /** A folder of the machine and where the process sees it. */
    public record Folder(Path from, String at) {
        /** Seen where it is. */
        public static Folder of(Path path) {
            return new Folder(path, path.toString());
        }
    }

    /** Whether an assignment puts something else there: what starts after it does not find what was seen before. */
    public static boolean isCovered(Path path) {
        return Stream.of("/tmp", "/opt", "/run", "/var/task", "/.library").anyMatch(path::startsWith);
    }

    /** A word of the command where nothing is isolated. */
    String outside(String word) {
        String there = word;
        for (Folder folder : software) {
            if (!folder.at().startsWith("/var/runtime/")) {
                there = there.replace(folder.at(), folder.from().toString());
            }
        }
        return there.replace("/var/runtime", runtime.toString());
    }

    /** When the process starts. */
    public enum Boot {
        /**
         * At once; it reads fd 0 to its end: a line "go" once it is assigned, nothing if that failed. Then it talks on
         * fd 3 and fd 4.
         */
        AHEAD,
        /** When assigned, with the assignment's environment. It has no fd 3 and 4. */
        ASSIGNED,
        /** When assigned, with the assignment's environment; it talks on fd 3 and fd 4. */
        ASSIGNED_WITH_PIPES,
        /** When assigned, by an OCI runtime, which is the command: the assignment says what runs in which root. */
        CONTAINER
    }
}
