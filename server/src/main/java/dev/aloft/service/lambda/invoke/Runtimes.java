package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.sandbox.ContainerRuntime;
import dev.aloft.kernel.sandbox.Machine;
import dev.aloft.kernel.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Which interpreter on this machine runs which of AWS's runtimes, and how it is booted. */
final class Runtimes {
    private static final System.Logger LOG = System.getLogger(Runtimes.class.getName());
    static final String PATH = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin";
    /** Read when a process starts; of its folders those count that are there then, as an empty one is. */
    static final String LIBRARY_PATH =
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib";
    private static final Map<String, List<String>> FILES = Map.of(
            "node", List.of("index.mjs"), "python", List.of("bootstrap.py", "snapshot_restore_py.py"),
            "ruby", List.of("bootstrap.rb"), "provided", List.of());
    /** Variables that an interpreter, or what it is made of, reads only when it starts. */
    private static final Map<String, List<String>> READ_AT_START = Map.of(
            "", List.of("LD_LIBRARY_PATH", "LD_PRELOAD", "GLIBC_TUNABLES", "MALLOC_ARENA_MAX"),
            "node", List.of("NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "NODE_COMPILE_CACHE", "NODE_NO_WARNINGS",
                    "NODE_PENDING_DEPRECATION", "NODE_REDIRECT_WARNINGS", "NODE_V8_COVERAGE", "NODE_ICU_DATA",
                    "UV_THREADPOOL_SIZE", "OPENSSL_CONF"),
            "python", List.of("PYTHONWARNINGS", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONOPTIMIZE",
                    "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONFAULTHANDLER", "PYTHONMALLOC",
                    "PYTHONDEVMODE"),
            "java", List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "TZ", "LANG", "LC_ALL"),
            "ruby", List.of("RUBYOPT", "LANG", "LC_ALL"));
    /** Says to a runtime of ours that its environment is its function's already. */
    private static final String STARTED_FOR_IT = "_ALOFT_ASSIGNED";
    /** Runs a function's wrapper script with what it wraps, or says as AWS does why not. */
    private static final String WRAPPED = """
            [ -f "$1" ] || { echo "$1: does not exist"; exit 127; }
            [ -x "$1" ] || { echo "$1: is not an executable"; exit 126; }
            exec "$@"
            """;

    private final Path library;
    private final Path folder;
    private final Optional<Path> nodePackages;
    private final Optional<Path> pythonPackages;
    private final NodePrograms nodes;
    private final Supplier<Optional<ContainerRuntime>> containers;
    private final RubyPrograms ruby = new RubyPrograms();
    private final DotnetRuntime dotnet = new DotnetRuntime();
    private final JavaRuntime java;
    private final Map<String, Interpreter> found = new ConcurrentHashMap<>();

    /**
     * @param library  where functions' code is
     * @param folder   where the runtimes' own files are put for the sandboxes to see
     * @param trained  what some functions of Java start from
     * @param containers what runs container images on this machine
     */
    Runtimes(Path library, Path folder, RuntimeSources sources, TrainedStarts trained,
            Supplier<Optional<ContainerRuntime>> containers) {
        this.containers = containers;
        this.library = library;
        this.folder = folder.toAbsolutePath().normalize();
        this.nodePackages = sources.nodePackages();
        this.pythonPackages = sources.pythonPackages();
        this.nodes = new NodePrograms(this.folder.resolve("fetched"), sources.fetches());
        this.java = new JavaRuntime(this.folder.resolve("java"), new JavaPrograms(JavaPrograms::installed), trained);
        FILES.forEach(this::unpack);
        // Where the packages are seen.
        folder.resolve("node/node_modules").toFile().mkdir();
        folder.resolve("python/packages").toFile().mkdir();
        folder.resolve("java/trained").toFile().mkdirs();
    }

    /**
     * A runtime as it is booted for a function.
     *
     * @param over    how it speaks the Runtime API
     * @param ordinary whether another function of this runtime boots the same way
     * @param version  what INIT_START says
     * @param leastMegabytes of memory that its processes may take, where the function has less
     */
    record Runtime(SandboxSpec spec, Over over, boolean ordinary, String version, int leastMegabytes) {
        Runtime(SandboxSpec spec, Over over, boolean ordinary, String version) {
            this(spec, over, ordinary, version, 0);
        }
    }

    /** Whether the version starts from what was recorded. */
    boolean isTrained(FunctionVersion version) {
        return version.runtime().startsWith("java") && java.trained(version, java.jdk(version.runtime())).isPresent();
    }

    /**
     * What records the version's init, where virtual machines can start from that: {@link TrainedStarts#DELIVERING} it.
     */
    Optional<Runtime> training(FunctionVersion version) throws IOException {
        if (!version.runtime().startsWith("java")) {
            return Optional.empty();
        }
        JavaPrograms.Jdk jdk = java.jdk(version.runtime());
        return java.training(version, jdk).map(start ->
                trained(version, jdk, start, TrainedStarts.RECORDING_MEGABYTES));
    }

    /** The virtual machine starts once it is assigned: its class path is there only then. */
    private Runtime trained(FunctionVersion version, JavaPrograms.Jdk jdk, JavaRuntime.Trained start,
            int leastMegabytes) {
        Map<String, String> environment = environment(Map.of(STARTED_FOR_IT, "1"));
        var software = new ArrayList<>(jdk.interpreter().software());
        software.add(new SandboxSpec.Folder(start.folder(), TrainedStarts.SEEN_AT));
        var spec = new SandboxSpec(SandboxSpec.Boot.ASSIGNED_WITH_PIPES, start.command(), environment, software,
                folder.resolve("java"));
        String name = version.runtime() + " on " + jdk.interpreter().version();
        return new Runtime(spec, Over.PIPES, false, name, leastMegabytes);
    }

    private static Map<String, String> environment(Map<String, String> more) {
        var environment = new HashMap<>(Map.of("PATH", PATH, "LD_LIBRARY_PATH", LIBRARY_PATH, "LANG", "en_US.UTF-8",
                "TZ", ":UTC"));
        environment.putAll(more);
        return environment;
    }

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
        if (version.image().isPresent()) {
            return container();
        }
        String name = version.runtime();
        if (name.startsWith("nodejs")) {
            Interpreter node = nodes.of(name);
            return ours(version, "node", node, node(version, node), Map.of());
        }
        if (name.startsWith("python")) {
            Interpreter python = python(name);
            return ours(version, "python", python,
                    List.of(python.program().toString(), "-B", "/var/runtime/bootstrap.py"),
                    Map.of("LC_CTYPE", "C.UTF-8"));
        }
        if (name.startsWith("java")) {
            JavaPrograms.Jdk jdk = java.jdk(name);
            Optional<JavaRuntime.Trained> trained = java.trained(version, jdk);
            if (trained.isPresent()) {
                return trained(version, jdk, trained.get(), 0);
            }
            return ours(version, "java", jdk.interpreter(), java.command(version, jdk, debug(version,
                    "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:")), Map.of());
        }
        if (name.startsWith("ruby")) {
            Interpreter program = ruby.of(name);
            return ours(version, "ruby", program, List.of(program.program().toString(), "/var/runtime/bootstrap.rb"),
                    Map.of());
        }
        return name.startsWith("dotnet") ? dotnet(version) : provided(version);
    }

    private Runtime container() {
        ContainerRuntime runtime = containers.get().orElseThrow(() -> new Lambda.InvalidRuntimeException(
                "No program on this machine runs container images: " + ContainerRuntime.MISSING + ", and invoke again."
                        + " With --sandbox none they are not run."));
        var spec = new SandboxSpec(SandboxSpec.Boot.CONTAINER, runtime.command(),
                Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
                List.of(), folder.resolve("provided"));
        return new Runtime(spec, Over.TCP, true, "container image on " + runtime.version());
    }

    private Runtime provided(FunctionVersion version) {
        return new Runtime(new SandboxSpec(SandboxSpec.Boot.ASSIGNED,
                List.of(bootstrap(version).orElse("/var/task/bootstrap")),
                Map.of("PATH", PATH), List.of(), folder.resolve("provided")), Over.TCP, true, version.runtime());
    }

    private Runtime dotnet(FunctionVersion version) {
        Interpreter program = dotnet.of(version.runtime());
        var command = new ArrayList<>(List.of("sh", "-c", DotnetRuntime.CHECK, "sh"));
        command.addAll(wrapped(version, DotnetRuntime.command(version, program)));
        var environment = new HashMap<>(DotnetRuntime.variables(version, program));
        environment.put("PATH", PATH);
        var spec = new SandboxSpec(SandboxSpec.Boot.ASSIGNED, command, environment, program.software(),
                folder.resolve("provided"));
        return new Runtime(spec, Over.TCP, true, version.runtime() + " on " + program.version());
    }

    private static List<String> node(FunctionVersion version, Interpreter node) {
        var command = new ArrayList<>(List.of(node.program().toString()));
        command.addAll(NodePrograms.switchedOff(version.runtime(), node.version(),
                version.variables().getOrDefault("NODE_OPTIONS", "")));
        command.addAll(debug(version, "--inspect-wait=127.0.0.1:"));
        command.add("/var/runtime/index.mjs");
        return command;
    }

    /** What makes an interpreter wait for a debugger; Python's bootstrap does so itself. */
    private static List<String> debug(FunctionVersion version, String option) {
        return version.debugPort().map(port -> List.of(option + port)).orElse(List.of());
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

    /**
     * A runtime of ours. It boots ahead, unless what the function asks for is there only once it is assigned: a wrapper
     * script, or options that name files of its own.
     */
    private Runtime ours(FunctionVersion version, String kind, Interpreter interpreter, List<String> command,
            Map<String, String> more) {
        Map<String, String> environment = environment(more);
        boolean own = READ_AT_START.getOrDefault(kind, List.of()).stream().anyMatch(version.variables()::containsKey)
                || READ_AT_START.get("").stream().anyMatch(version.variables()::containsKey);
        boolean boots = !kind.equals("java") || JavaRuntime.boots(java.jdk(version.runtime()));
        boolean ahead = boots && !own && wrapper(version).isEmpty();
        if (!ahead) {
            environment.put(STARTED_FOR_IT, "1");
        }
        var software = new ArrayList<>(interpreter.software());
        packages(kind).ifPresent(software::add);
        var spec = new SandboxSpec(ahead ? SandboxSpec.Boot.AHEAD : SandboxSpec.Boot.ASSIGNED_WITH_PIPES,
                ahead ? booting(kind, command) : wrapped(version, command), environment, software,
                        folder.resolve(kind));
        boolean ordinary = !own && version.debugPort().isEmpty();
        return new Runtime(spec, Over.PIPES, ordinary, version.runtime() + " on " + interpreter.version());
    }

    private Optional<SandboxSpec.Folder> packages(String kind) {
        return switch (kind) {
            case "node" -> nodePackages
                    .map(path -> new SandboxSpec.Folder(path.toAbsolutePath(), "/var/runtime/node_modules"));
            case "python" ->
                    pythonPackages.map(path -> new SandboxSpec.Folder(path.toAbsolutePath(), "/var/runtime/packages"));
            default -> Optional.empty();
        };
    }

    /** A virtual machine that starts before its function is known takes its directory from there all the same. */
    private static List<String> booting(String kind, List<String> command) {
        return !kind.equals("java") ? command
                : Stream.concat(Stream.of("sh", "-c", "cd /var/task 2> /dev/null; exec \"$@\"", "sh"),
                        command.stream()).toList();
    }

    /**
     * The script that starts the function's runtime, or another program in its place.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper">Wrapper
     * scripts</a>
     */
    static Optional<String> wrapper(FunctionVersion version) {
        return Optional.ofNullable(version.variables().get("AWS_LAMBDA_EXEC_WRAPPER")).filter(path -> !path.isEmpty());
    }

    private static List<String> wrapped(FunctionVersion version, List<String> command) {
        return wrapper(version).map(script -> List.of("sh", "-c", WRAPPED, "sh", script))
                .map(before -> Stream.concat(before.stream(), command.stream()).toList()).orElse(command);
    }

    private Interpreter python(String name) {
        Interpreter known = found.get(name);
        if (known != null) {
            return known;
        }
        Interpreter now = findPython(name)
                .orElseThrow(() -> missing(name, "Python 3 (your system's package python3, or pyenv)"));
        found.put(name, now);
        return now;
    }

    static Lambda.InvalidRuntimeException missing(String runtime, String what) {
        return new Lambda.InvalidRuntimeException("No program on this machine runs functions of the runtime " + runtime
                + ". Install " + what + " so that Aloft's PATH has it, and invoke again.");
    }

    /** What a runtime runs on in the place of what it names. */
    static void tellInstead(String runtime, String found, String wanted) {
        LOG.log(System.Logger.Level.INFO,
                () -> "Functions of " + runtime + " run on " + found + ", since there is no " + wanted
                + " on this machine.");
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
                versions.forEach(version ->
                        all.add(version.resolve(pattern.substring(pattern.indexOf('/', star) + 1))));
            } catch (IOException notThere) {
                // nothing of that kind is installed
            }
        }
        return all.stream().filter(Files::isExecutable).distinct();
    }
}
