package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.image.RootFolder;
import dev.aloft.kernel.sandbox.Arrivals;
import dev.aloft.kernel.sandbox.Assignment;
import dev.aloft.kernel.sandbox.Companion;
import dev.aloft.kernel.sandbox.Exit;
import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.sandbox.SandboxSpec;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How the processes of one environment are started, the first time and again, and how they are spoken with. */
final class Launch implements AutoCloseable {
    private final FunctionVersion version;
    private final Runtimes.Runtime runtime;
    private final Path library;
    private final Optional<Failure> problem;
    private final Variables variables;
    private final Optional<Parameters> parameters;
    private ServerSocket listener;
    private boolean listening;

    /**
     * @param problem why no process can be started, if that is known before
     * @param sandbox the first
     * @param variables of this environment
     * @param parameters what answers for the Parameters and Secrets Extension, where the function has that
     */
    Launch(FunctionVersion version, Runtimes.Runtime runtime, Optional<Failure> problem, Path library, Sandbox sandbox,
            Variables variables, Optional<Parameters> parameters) throws IOException {
        this.version = version;
        this.runtime = runtime;
        this.problem = problem;
        this.library = library;
        this.variables = variables;
        this.parameters = parameters;
        this.listener = sandbox.listener();
    }

    /**
     * Begins in a first sandbox with what needs no more than the version is known by; {@link #begin} goes on from
     * there.
     */
    static void prepare(FunctionVersion version, Runtimes.Runtime runtime, Path library, Sandbox sandbox) {
        if (!extensions(version, library).isEmpty()) {
            return;
        }
        try {
            sandbox.prepare(assignment(version, runtime, Map.of()));
        } catch (IOException ended) {
            // Who begins will find out.
        }
    }

    Runtimes.Runtime runtime() {
        return runtime;
    }

    Optional<byte[]> credentials(String authorization) {
        return variables.credentials(authorization);
    }

    /** Serves whatever process of the environment connects. */
    private synchronized void listen(Environment environment, Sandbox sandbox) throws IOException {
        if (listener.isClosed()) {
            // It was in the network of a sandbox that is gone, and so is that.
            listener = sandbox.listener();
            listening = false;
        }
        if (!listening) {
            if (version.debugPort().isPresent()) {
                sandbox.publish(Integer.parseInt(version.debugPort().get()));
            }
            ServerSocket at = listener;
            listening = true;
            Thread.ofVirtual().name("runtime-api-" + version.name()).start(() -> accept(environment, at));
        }
    }

    private void accept(Environment environment, ServerSocket at) {
        Arrivals.of("the Runtime API of " + version.name(), at).serve(socket -> {
            socket.setTcpNoDelay(true);
            serve(environment, environment.incarnation(), socket);
        });
    }

    private void serve(Environment environment, Incarnation incarnation, Socket socket) {
        var builder = runtime.over() == Runtimes.Over.TCP ? platform() : Thread.ofVirtual();
        builder.start(() -> {
            incarnation.serves(Thread.currentThread(), socket);
            try (socket) {
                if (incarnation.sandbox.holds(socket)) {
                    new RuntimeApi(environment, incarnation, new Connection(socket.getInputStream(),
                            socket.getOutputStream())).run();
                }
            } catch (IOException gone) {
                // as if it had ended
            } finally {
                incarnation.served(Thread.currentThread(), socket);
            }
        });
    }

    private Thread.Builder platform() {
        // Not virtual: these block in pipes, which would hold a carrier each.
        return Thread.ofPlatform().daemon().name("runtime-api-" + version.name()).stackSize(256 * 1024);
    }

    /** Starts an incarnation's processes; how that goes is told to the environment. */
    void begin(Environment environment, Incarnation incarnation, EnvironmentLog log) {
        log.opened(incarnation.telemetry);
        Thread.ofPlatform().daemon().name("log-" + version.name()).stackSize(256 * 1024)
                .start(() -> log.read(incarnation.sandbox.log(), EnvironmentLog.Source.FUNCTION,
                incarnation.telemetry));
        if (problem.isPresent()) {
            version.image().ifPresent(image -> log.say(List.of(image.launchError(problem.get()))));
            environment.fail(incarnation, problem.get());
            return;
        }
        try {
            listen(environment, incarnation.sandbox);
            if (parameters.isPresent()) {
                parameters.get().begin(incarnation, log);
            }
        } catch (IOException e) {
            environment.fail(incarnation, unmade(e));
            return;
        }
        List<String> extensions = extensions(version, library);
        if (extensions.isEmpty()) {
            start(environment, incarnation);
            return;
        }
        Thread.ofPlatform().daemon().name("init-" + version.name()).start(() -> start(environment, incarnation, log,
                extensions));
    }

    private void start(Environment environment, Incarnation incarnation) {
        try {
            incarnation.sandbox.assign(assignment(incarnation.sandbox));
            if (runtime.over() == Runtimes.Over.PIPES) {
                converse(environment, incarnation);
            }
        } catch (IOException e) {
            environment.fail(incarnation, unmade(e));
        }
    }

    /** External extensions start first, and register before the runtime starts. */
    private void start(Environment environment, Incarnation incarnation, EnvironmentLog log, List<String> names) {
        try {
            incarnation.sandbox.hold(assignment(incarnation.sandbox));
            for (String name : names) {
                if (!start(environment, incarnation, log, name, names.indexOf(name))) {
                    return;
                }
            }
            synchronized (incarnation.extensions) {
                while (!incarnation.extensions.allRegistered()) {
                    if (incarnation.hasFailed() || incarnation.initialized.isDone()) {
                        return;
                    }
                    incarnation.extensions.wait();
                }
            }
            incarnation.sandbox.open();
            if (runtime.over() == Runtimes.Over.PIPES) {
                converse(environment, incarnation);
            }
        } catch (IOException e) {
            environment.fail(incarnation, unmade(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Failure unmade(IOException e) {
        return Failure.platform("The execution environment could not be made: " + e.getMessage());
    }

    private boolean start(Environment environment, Incarnation incarnation, EnvironmentLog log, String name,
            int index) throws IOException {
        Extensions.Extension extension = incarnation.extensions.external(name);
        Path program = extensionsFolder(version, library).orElseThrow().resolve(name);
        String problem = index >= Extensions.MOST ? "TooManyExtensions" : Files.isExecutable(program) ? null
                : "PermissionDenied";
        if (problem != null) {
            incarnation.extensions.neverStarted(extension, problem);
            environment.fail(incarnation, Failure.extension("Extension.LaunchError", problem.equals("TooManyExtensions")
                    ? "ErrTooManyExtensions" : "fork/exec /opt/extensions/" + name + ": permission denied"));
            return false;
        }
        Companion companion = incarnation.sandbox.beside(List.of("/opt/extensions/" + name),
                variables.ofExtension(inside(incarnation.sandbox), port()));
        incarnation.runs(extension, companion);
        log.opened(incarnation.telemetry);
        Thread.ofPlatform().daemon().name("log-" + version.name()).stackSize(256 * 1024)
                .start(() -> log.read(companion.log(), EnvironmentLog.Source.EXTENSION, incarnation.telemetry));
        companion.exit().thenAccept(exit -> {
            incarnation.extensions.ended(extension);
            String words = exit instanceof Exit.Status(int status) && status == 0 ? "exit code 0" : Failure.words(exit);
            environment.fail(incarnation, Failure.extension("Extension.Crash", words));
        });
        return true;
    }

    /** Files that start with the environment: in their order of names. */
    private static List<String> extensions(FunctionVersion version, Path library) {
        Optional<Path> folder = extensionsFolder(version, library);
        if (folder.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder.get())) {
            return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Of a container image its own, else that of the layers. */
    private static Optional<Path> extensionsFolder(FunctionVersion version, Path library) {
        Optional<Path> folder = version.image().isPresent()
                ? RootFolder.find(library.resolve(version.code()), "/opt/extensions")
                : version.layers().map(layers -> library.resolve(layers).resolve("extensions"));
        return folder.filter(Files::isDirectory);
    }

    /** Speaks with a runtime of ours over the sandbox's pipes; the environment's variables go first. */
    private void converse(Environment environment, Incarnation incarnation) throws IOException {
        Sandbox sandbox = incarnation.sandbox;
        var connection = new Connection(sandbox.output(), sandbox.input());
        Map<String, String> all = variables.ofRuntime(inside(sandbox), port());
        connection.answer("200 OK", "application/json", new JsonWriter().beginObject().name("environment").value(all)
                .endObject().toBytes());
        platform().start(() -> {
            incarnation.serves(Thread.currentThread(), sandbox.output());
            new RuntimeApi(environment, incarnation, connection).run();
            incarnation.served(Thread.currentThread(), sandbox.output());
        });
    }

    private Assignment assignment(Sandbox sandbox) {
        return assignment(version, runtime, runtime.spec().boot() == SandboxSpec.Boot.AHEAD ? Map.of()
                : variables.ofRuntime(inside(sandbox), port()));
    }

    private static Assignment assignment(FunctionVersion version, Runtimes.Runtime runtime,
            Map<String, String> environment) {
        int memory = Math.max(version.memoryMegabytes(), runtime.leastMegabytes());
        return new Assignment(version.code(), version.layers(), memory, version.scratchMegabytes(), environment,
                version.image().map(image -> new Assignment.Container(image.arguments(), image.directory())));
    }

    private Variables.Inside inside(Sandbox sandbox) {
        var bare = new Assignment(version.code(), version.layers(), version.memoryMegabytes(),
                version.scratchMegabytes(), Map.of());
        return path -> sandbox.inside(path, bare);
    }

    private synchronized int port() {
        return listener.getLocalPort();
    }

    @Override
    public synchronized void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // nothing more to close
        }
    }
}
