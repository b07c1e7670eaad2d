package dev.aloft.kernel.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program that runs containers as the Open Container Initiative defines them: crun, or runc where the platform is
 * root, since runc maps no single user.
 *
 * @param version as it tells it, such as {@code crun 1.8.1}
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/main/runtime.md">OCI runtime specification</a>
 */
public record ContainerRuntime(Path program, String version) {
    /** What to do where there is none. */
    public static final String MISSING = "install crun (or runc, if Aloft runs as root), such as with apt install crun";
    /** What sandboxes see too. */
    private static final List<Path> FOLDERS =
            Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin").map(Path::of).toList();

    private static volatile Optional<ContainerRuntime> known = Optional.empty();

    static Optional<ContainerRuntime> find(Isolation isolation) {
        if (isolation == Isolation.NONE) {
            return Optional.empty();
        }
        if (known.isEmpty()) {
            var names = isolation == Isolation.ROOT ? List.of("crun", "runc") : List.of("crun");
            known = names.stream().flatMap(ContainerRuntime::named).findFirst();
        }
        return known;
    }

    private static Stream<ContainerRuntime> named(String name) {
        return FOLDERS.stream().map(folder -> folder.resolve(name)).filter(Files::isExecutable)
                .flatMap(program -> Machine.ask(List.of(program.toString(), "--version")).stream()
                        .map(said -> said.lines().findFirst().orElse(name).replace(" version ", " "))
                        .map(version -> new ContainerRuntime(program, version)));
    }

    /** The command line; where the bundle is follows. Control groups are the sandbox's, not the runtime's. */
    public List<String> command() {
        return program.endsWith("runc") ? List.of(program.toString(), "--rootless", "true")
                : List.of(program.toString(), "--cgroup-manager=disabled");
    }

    /** Whether it wants to see the machine's control groups, though it may make none. */
    static boolean readsGroups(List<String> command) {
        return command.getFirst().endsWith("/runc");
    }
}
