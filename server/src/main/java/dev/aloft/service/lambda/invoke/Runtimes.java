package dev.aloft.service.lambda.invoke;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.sandbox.Machine;
import dev.aloft.kernel.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/** Which interpreter on this machine runs which of AWS's runtimes, and how it is booted. */
final class Runtimes {
    static final String PATH = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin";
    private static final Map<String, List<String>> FILES = Map.of(
            "node", List.of("index.mjs"), "python", List.of("bootstrap.py"), "provided", List.of());
    /** Classes of ours, and one of each library, that a Java function's virtual machine loads. */
    private static final String JAVA = "dev/aloft/service/lambda/bootstrap/";
    private static final List<String> JAVA_CLASSES = List.of("JavaBootstrap", "PipeClient", "PipeClient$Answer");
    private static final List<Class<?>> JAVA_LIBRARIES =
            List.of(AWSLambda.class, LambdaRuntime.class, PojoSerializer.class, SdkInternalThreadLocal.class);
    /** Variables that an interpreter reads only when it starts. */
    private static final List<String> READ_AT_START = List.of("NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "PYTHONWARNINGS",
            "JAVA_TOOL_OPTIONS",
            "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONOPTIMIZE", "PYTHONUTF8", "PYTHONIOENCODING");

    private final Path library;
    private final Path folder;
    private final Optional<Path> nodePackages;
    private final Optional<Path> pythonPackages;
    private final NodePrograms nodes;
    private final Map<String, Interpreter> found = new ConcurrentHashMap<>();

    /**
     * @param library  where functions' code is
     * @param folder   where the runtimes' own files are put for the sandboxes to see
     */
    Runtimes(Path library, Path folder, RuntimeSources sources) {
        this.library = library;
        this.folder = folder.toAbsolutePath().normalize();
        this.nodePackages = sources.nodePackages();
        this.pythonPackages = sources.pythonPackages();
        this.nodes = new NodePrograms(this.folder.resolve("fetched"), sources.fetches());
        FILES.forEach(this::unpack);
        // Where the packages are seen.
        folder.resolve("node/node_modules").toFile().mkdir();
        folder.resolve("python/packages").toFile().mkdir();
    }

    /**
     * A runtime as it is booted for a function.
     *
     * @param over    how it speaks the Runtime API
     * @param ordinary whether another function of this runtime boots the same way
     * @param version  what INIT_START says
     */
    record Runtime(SandboxSpec spec, Over over, boolean ordinary, String version) {}

    enum Over { PIPES, TCP }

    private void unpack(String kind, List<String> files) {
        try {
            Path home = Files.createDirectories(folder.resolve(kind));
            for (String file : files) {
                try (InputStream in = Runtimes.class.getResourceAsStream("/" + kind + "/" + file)) {
                    if (in == null) {
                        throw new IllegalStateException("the product lacks runtimes/" + kind + "/" + file);
                    }
                    Files.copy(in, home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                    home.resolve(file).toFile().setReadable(true, false);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare the runtimes in " + folder, e);
        }
    }

    /** Says what to install if nothing on this machine runs it. */
    Runtime of(FunctionVersion version) {
        String name = version.runtime();
        if (name.startsWith("nodejs")) {
            Interpreter node = nodes.of(name);
            return ahead(version, "node", node, List.of(node.program().toString(), "/var/runtime/index.mjs"), Map.of());
        }
        if (name.startsWith("python")) {
            Interpreter python = interpreter(name, () -> findPython(name), name, "Python 3 (your system's package python3, or pyenv)");
            return ahead(version, "python", python,
                    pythonCommand(python.program()), Map.of("LC_CTYPE", "C.UTF-8"));
        }
        if (name.startsWith("java")) {
            return java(version);
        }
        if (name.startsWith("provided")) {
            var spec = new SandboxSpec(SandboxSpec.Boot.ASSIGNED,
                    List.of(bootstrap(version).orElse("/var/task/bootstrap")), Map.of("PATH", PATH), List.of(),
                    folder.resolve("provided"));
            return new Runtime(spec, Over.TCP, true, name);
        }
        throw new Lambda.InvalidRuntimeException("Aloft runs no functions of the runtime " + name
                + " yet. It runs nodejs, python, java and provided runtimes.");
    }

    /** Whether a runtime is at hand, and need not be looked for or fetched. */
    boolean isAtHand(FunctionVersion version) {
        return !version.runtime().startsWith("nodejs") || nodes.isKnown(version.runtime());
    }

    /** The program that is a function's own runtime: in its code, else in a layer. */
    Optional<String> bootstrap(FunctionVersion version) {
        if (Files.isExecutable(library.resolve(version.code()).resolve("bootstrap"))) {
            return Optional.of("/var/task/bootstrap");
        }
        return version.layers().map(layers -> library.resolve(layers).resolve("bootstrap"))
                .filter(Files::isExecutable).map(_ -> "/opt/bootstrap");
    }

    private Runtime ahead(FunctionVersion version, String kind, Interpreter interpreter, List<String> command,
            Map<String, String> more) {
        var environment = new HashMap<>(Map.of("PATH", PATH, "LANG", "en_US.UTF-8", "TZ", ":UTC"));
        environment.putAll(more);
        boolean ordinary = true;
        for (String name : READ_AT_START) {
            if (version.variables().containsKey(name)) {
                environment.put(name, version.variables().get(name));
                ordinary = false;
            }
        }
        if (version.debugPort().isPresent()) {
            debug(kind, version.debugPort().get(), environment);
            ordinary = false;
        }
        var software = new ArrayList<>(interpreter.software());
        var packages = switch (kind) {
            case "node" -> nodePackages.map(path -> new SandboxSpec.Folder(path.toAbsolutePath(), "/var/runtime/node_modules"));
            case "python" -> pythonPackages.map(path -> new SandboxSpec.Folder(path.toAbsolutePath(), "/var/runtime/packages"));
            default -> Optional.<SandboxSpec.Folder>empty();
        };
        packages.ifPresent(software::add);
        var spec = new SandboxSpec(SandboxSpec.Boot.AHEAD, command, environment, software, folder.resolve(kind));
        return new Runtime(spec, Over.PIPES, ordinary, version.runtime() + " on " + interpreter.version());
    }

    /** What makes an interpreter wait for a debugger; Python's bootstrap does so itself. */
    private static void debug(String kind, String port, Map<String, String> environment) {
        switch (kind) {
            case "node" -> environment.merge("NODE_OPTIONS", "--inspect-wait=127.0.0.1:" + port, (own, more) -> own + " " + more);
            case "java" -> environment.merge("JAVA_TOOL_OPTIONS",
                    "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:" + port, (own, more) -> own + " " + more);
            default -> { }
        }
    }

    /**
     * Java functions run on the platform's own JDK, whatever version they name. How much memory a virtual machine takes is
     * said when it starts, so one that waits waits for functions of one size.
     */
    private Runtime java(FunctionVersion version) {
        unpackJava();
        Path home = Path.of(System.getProperty("java.home"));
        var interpreter = Interpreter.movable(home, home.resolve("bin/java"),
                "Java " + System.getProperty("java.version"));
        var command = List.of("sh", "-c", "cd /var/task 2> /dev/null; exec \"$@\"", "sh",
                interpreter.program().toString(),
                "-Xmx" + version.memoryMegabytes() * 8 / 10 + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                "--add-opens=java.base/java.io=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED", "-cp", "/var/runtime:/var/runtime/lib/*",
                JAVA.replace('/', '.') + "JavaBootstrap");
        return ahead(version, "java", interpreter, command, Map.of());
    }

    private synchronized void unpackJava() {
        Path home = folder.resolve("java");
        if (found.containsKey("java")) {
            return;
        }
        try {
            Files.createDirectories(home.resolve(JAVA));
            Files.createDirectories(home.resolve("lib"));
            for (String name : JAVA_CLASSES) {
                try (InputStream in = Runtimes.class.getResourceAsStream("/" + JAVA + name + ".class")) {
                    Files.copy(in, home.resolve(JAVA + name + ".class"), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            for (Class<?> each : JAVA_LIBRARIES) {
                Path jar = Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI());
                Files.copy(jar, home.resolve("lib").resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            found.put("java", new Interpreter(home, List.of(), ""));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("cannot prepare the Java runtime in " + home, e);
        }
    }

    private Interpreter interpreter(String key, Supplier<Optional<Interpreter>> find, String runtime, String what) {
        Interpreter known = found.get(key);
        if (known != null) {
            return known;
        }
        Interpreter now = find.get().orElseThrow(() -> new Lambda.InvalidRuntimeException(
                "No program on this machine runs functions of the runtime " + runtime + ". Install " + what
                        + " so that Aloft's PATH has it, and invoke again."));
        found.put(key, now);
        return now;
    }

    /** The version asked for where the machine has it, else any Python 3. */
    private static Optional<Interpreter> findPython(String runtime) {
        String number = runtime.substring("python".length());
        var script = "import sys; print(sys.executable); print(sys.base_prefix); print(sys._base_executable); "
                + "print('%d.%d.%d' % sys.version_info[:3])";
        return Stream.concat(candidates("python" + number, ".pyenv/versions/" + number + ".*/bin/python3"),
                        candidates("python3", ".local/bin/python3"))
                .flatMap(program -> Machine.ask(List.of(program.toString(), "-c", script))
                        .map(said -> said.split("\n")).filter(said -> said.length == 4).stream())
                .map(said -> python(Path.of(said[0]), Path.of(said[1]), Path.of(said[2]), "Python " + said[3]))
                .findFirst();
    }

    private static List<String> pythonCommand(Path program) {
        var command = List.of(program.toString(), "-B", "/var/runtime/bootstrap.py");
        // One that was moved may look for its libraries where it was built for.
        return program.startsWith("/var/lang")
                ? Stream.concat(Stream.of("env", "LD_LIBRARY_PATH=/var/lang/lib"), command.stream()).toList() : command;
    }

    /** Some Pythons know where their libraries are from when they were built, so one is moved only where it must be. */
    static Interpreter python(Path program, Path home, Path base, String version) {
        return SandboxSpec.isCovered(home) && base.startsWith(home) ? Interpreter.movable(home, base, version)
                : new Interpreter(program, Interpreter.software(home, program.getParent()), version);
    }

    /** Programs of a name on the PATH, then those that match patterns in the home folder. */
    static Stream<Path> candidates(String name, String... inHome) {
        var all = new ArrayList<Path>();
        for (String folder : (System.getenv().getOrDefault("PATH", "") + ":/usr/local/bin:/usr/bin").split(":")) {
            if (!folder.isBlank()) {
                all.add(Path.of(folder, name));
            }
        }
        Path home = Path.of(System.getProperty("user.home"));
        for (String pattern : inHome) {
            int star = pattern.indexOf('*');
            if (star < 0) {
                all.add(home.resolve(pattern));
                continue;
            }
            int slash = pattern.lastIndexOf('/', star);
            String glob = pattern.substring(slash + 1, pattern.indexOf('/', star));
            try (var versions = Files.newDirectoryStream(home.resolve(pattern.substring(0, slash)), glob)) {
                versions.forEach(version -> all.add(version.resolve(pattern.substring(pattern.indexOf('/', star) + 1))));
            } catch (IOException notThere) {
                // nothing of that kind is installed
            }
        }
        return all.stream().filter(Files::isExecutable).distinct();
    }
}
