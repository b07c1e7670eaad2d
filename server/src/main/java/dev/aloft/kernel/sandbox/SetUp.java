package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The commands that start a sandbox's processes: what isolates them, the set-up step's script, the process itself. */
record SetUp(Isolation isolation) {
    // Far above the users of any machine; each sandbox of a root platform is its own.
    private static final long FIRST_USER = 1_879_048_192L;
    private static final int USERS = 65_536;
    /** A user that no sandbox has. */
    static final long NO_SANDBOX = FIRST_USER + USERS;

    /** What {@link #exports} takes of a shell. No function can have a variable of one letter. */
    private static final String EVALUATED = """
            n='
            '
            eval "$exports"
            """;
    private static final String WHEN_ASSIGNED = """
            read -r gate && [ "$gate" = go ] || exit 120
            IFS= read -r exports <&3
            """ + EVALUATED + """
            cd "$LAMBDA_TASK_ROOT"
            exec "$@" </dev/null""";

    private static final String ENTER = script("enter.sh") + script("serve.sh");
    private static final String AGAIN = script("again.sh") + script("serve.sh");
    private static final String PLAIN = script("plain.sh") + script("serve.sh");
    private static final String BESIDE = script("beside.sh");
    private static final String CONTAINER = script("enter.sh") + script("container.sh") + script("serve-container.sh");
    private static final String CONTAINER_AGAIN = script("container-again.sh") + script("serve-container.sh");
    private static final String CONTAINER_BESIDE = script("container-beside.sh");

    private static String script(String name) {
        try (InputStream in = SetUp.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- the process

    /** @param at where it begins */
    ProcessBuilder first(SandboxSpec spec, View view, Optional<ControlGroups.Group> group, long number,
            List<String> inner, Path at) throws IOException {
        var command = new ArrayList<String>();
        boolean contains = spec.boot() == SandboxSpec.Boot.CONTAINER;
        if (isolation == Isolation.NONE) {
            if (contains) {
                throw new IOException("a container image is not run without isolation: start Aloft "
                        + "without --sandbox none");
            }
            command.addAll(List.of("setpriv", "--pdeathsig", "KILL", "sh", "-c", PLAIN, "sh"));
        } else {
            command.addAll(isolation.opener());
            command.addAll(List.of("sh", "-c", contains ? CONTAINER : ENTER, "sh", view.root().toString(),
                    view.mounts(spec).toString(), joins(group)));
            command.add(owner(number));
            command.addAll(contains ? List.of() : isolation.drop(user(number)));
        }
        return assignable(command, spec, inner, at);
    }

    /** Where another has ended whose files it sees. */
    ProcessBuilder again(SandboxSpec spec, Optional<ControlGroups.Group> group, long number, Kept kept) {
        var command = new ArrayList<>(entering(kept, group));
        command.addAll(isolation.reopener());
        boolean contains = spec.boot() == SandboxSpec.Boot.CONTAINER;
        command.addAll(List.of("sh", "-c", contains ? CONTAINER_AGAIN : AGAIN, "sh", owner(number)));
        command.addAll(contains ? List.of() : isolation.drop(user(number)));
        return assignable(command, spec, spec.command(), Path.of("/"));
    }

    private static ProcessBuilder assignable(List<String> command, SandboxSpec spec, List<String> inner, Path at) {
        switch (spec.boot()) {
            case AHEAD, CONTAINER -> { }
            case ASSIGNED -> command.addAll(List.of("sh", "-c", WHEN_ASSIGNED + " 3<&- 4>&-", "sh"));
            case ASSIGNED_WITH_PIPES -> command.addAll(List.of("sh", "-c", WHEN_ASSIGNED, "sh"));
        }
        command.addAll(inner);
        return builder(command, spec.environment(), at);
    }

    // ---- what runs beside it

    ProcessBuilder containerBeside(SandboxSpec spec, Optional<ControlGroups.Group> group, long number, Kept kept) {
        var command = enteringBeside(kept, group, number, CONTAINER_BESIDE);
        command.addAll(spec.command());
        return builder(command, spec.environment(), Path.of("/")).redirectErrorStream(true);
    }

    /** Its environment comes to it as its input: see {@link #exports}. */
    ProcessBuilder beside(Optional<ControlGroups.Group> group, long number, Kept kept, Map<String, String> environment,
            List<String> inner) {
        var command = new ArrayList<String>();
        if (isolation == Isolation.NONE) {
            command.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
        } else {
            command.addAll(enteringBeside(kept, group, number, BESIDE));
            command.addAll(isolation.drop(user(number)));
        }
        command.addAll(List.of("sh", "-c", "IFS= read -r exports\n" + EVALUATED + "exec \"$@\" </dev/null", "sh"));
        command.addAll(inner);
        var path = Map.of("PATH", environment.getOrDefault("PATH", "/usr/bin:/bin"));
        return builder(command, path, Path.of("/")).redirectErrorStream(true);
    }

    private List<String> enteringBeside(Kept kept, Optional<ControlGroups.Group> group, long number, String script) {
        var command = new ArrayList<>(entering(kept, group));
        command.addAll(isolation.reopener());
        command.addAll(List.of("--mount", "--propagation", "private"));
        command.addAll(List.of("sh", "-c", script, "sh", owner(number)));
        return command;
    }

    // ---- parts of commands

    /** Joins a sandbox's groups and enters its files. */
    private static List<String> entering(Kept kept, Optional<ControlGroups.Group> group) {
        var command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "sh", "-c",
                "for group in $1; do echo $$ > \"$group\"; done; shift; exec \"$@\"", "sh", joins(group), "nsenter"));
        // In its own user namespace the platform's user is root already, and may not change groups to be so.
        kept.user().ifPresent(user -> command.addAll(List.of("--preserve-credentials", "--user=" + user)));
        command.addAll(List.of("--mount=" + kept.mounts(), "--"));
        return command;
    }

    private static String joins(Optional<ControlGroups.Group> group) {
        return String.join(" ",
                group.map(ControlGroups.Group::joins).orElse(List.of()).stream().map(Path::toString).toList());
    }

    private String owner(long number) {
        return isolation == Isolation.ROOT ? String.valueOf(user(number)) : "";
    }

    private static ProcessBuilder builder(List<String> command, Map<String, String> environment, Path at) {
        var builder = new ProcessBuilder(command).directory(at.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    // ---- what a process is told

    /** Whose a sandbox's processes are, and nobody else's, where the platform is root. */
    static long user(long number) {
        return FIRST_USER + number % USERS;
    }

    /** What an OCI runtime is told of a container. */
    static byte[] container(Isolation isolation, long number, Assignment.Container container,
            Map<String, String> environment) {
        return isolation == Isolation.ROOT
                ? ContainerConfig.of(container, environment, user(number), Optional.of(user(number) + USERS))
                : ContainerConfig.of(container, environment, 0, Optional.empty());
    }

    /** Environment for a shell, as a line: a shell reads one in a quarter of the time that a program takes to start. */
    static byte[] exports(Map<String, String> environment) {
        var line = new StringBuilder("export");
        environment.forEach((name, value) -> {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new IllegalArgumentException("no name of a variable: " + name);
            }
            line.append(' ').append(name).append("='")
                    .append(value.replace("'", "'\\''").replace("\n", "'\"$n\"'")).append('\'');
        });
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
