package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonReader;
import dev.aloft.kernel.image.RootFolder;
import dev.aloft.kernel.sandbox.Machine;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The Node.js of each version: one that is installed on this machine, else one that npm brings from the registry for
 * which it is set up. npm holds what it fetched against the registry's checksum.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html">Lambda runtimes</a>
 */
class NodePrograms {
    private static final System.Logger LOG = System.getLogger(NodePrograms.class.getName());
    private static final Duration FETCHING = Duration.ofMinutes(5);
    private static final String ASK = "process.execPath + '\\n' + process.version";

    private static final Pattern VERSION = Pattern.compile("Node\\.js v(\\d+)\\.(\\d+)\\..*");
    private static final int FIRST_WITH_BOTH = 24;

    private final Path folder;
    private final boolean fetches;
    private final Map<String, Interpreter> known = new ConcurrentHashMap<>();
    private final Map<String, Object> finding = new ConcurrentHashMap<>();
    private List<Interpreter> installed;

    /**
     * @param folder  where fetched ones are kept
     * @param fetches whether missing ones are fetched
     */
    NodePrograms(Path folder, boolean fetches) {
        this.folder = folder;
        this.fetches = fetches;
    }

    /** The version asked for; where that is to be had from nowhere another one, which then says so; else what to do. */
    Interpreter of(String runtime) {
        Interpreter found = known.get(runtime);
        if (found != null) {
            return found;
        }
        // Fetching one takes minutes, in which others can be had.
        synchronized (finding.computeIfAbsent(runtime, _ -> new Object())) {
            found = known.get(runtime);
            if (found == null) {
                found = find(runtime);
                known.put(runtime, found);
            }
            return found;
        }
    }

    /** Whether asking for it now may take as long as fetching does. */
    boolean isKnown(String runtime) {
        return known.containsKey(runtime);
    }

    private Interpreter find(String runtime) {
        String major = runtime.replaceAll("[^0-9]", "");
        Optional<Interpreter> exact = installed().stream().filter(each -> isOf(each, major)).findFirst()
                .or(() -> fetched(major))
                .or(() -> fetches ? fetch(runtime, major) : Optional.empty());
        return exact.or(() -> another(runtime, major)).orElseThrow(() -> Runtimes.missing(runtime,
                "Node.js " + major + " (nodejs.org, or your system's package nodejs)"));
    }

    /**
     * What AWS switches off of Node.js's experiments: modules that are told by their syntax, and {@code require} of
     * modules. A function switches them on again with its own options.
     *
     * @param version of what runs it, as {@link Interpreter} tells it
     * @param own     the function's {@code NODE_OPTIONS}
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html">Experimental features</a>
     */
    static List<String> switchedOff(String runtime, String version, String own) {
        int named = Integer.parseInt(runtime.replaceAll("[^0-9]", ""));
        var numbers = VERSION.matcher(version);
        if (named >= FIRST_WITH_BOTH || !numbers.matches()) {
            return List.of();
        }
        int major = Integer.parseInt(numbers.group(1));
        int minor = Integer.parseInt(numbers.group(2));
        // Earlier ones have neither the features nor the options.
        boolean known = major == 20 && minor >= 17 || major > 20 && major <= FIRST_WITH_BOTH;
        var features = named == 20 ? List.of("require-module") : List.of("require-module", "detect-module");
        return !known ? List.of() : features.stream().filter(each -> !own.contains("--experimental-" + each))
                .map(each -> "--no-experimental-" + each).toList();
    }

    private static boolean isOf(Interpreter node, String major) {
        return node.version().startsWith("Node.js v" + major + ".");
    }

    private Optional<Interpreter> another(String runtime, String major) {
        Optional<Interpreter> nearest = installed().stream().min(Comparator.comparingInt(
                each -> Math.abs(Integer.parseInt(each.version()
                        .replaceAll("Node.js v(\\d+).*", "$1")) - Integer.parseInt(major))));
        nearest.ifPresent(node -> Runtimes.tellInstead(runtime, node.version(), "Node.js " + major));
        return nearest;
    }

    private synchronized List<Interpreter> installed() {
        if (installed == null) {
            installed = Runtimes.candidates("node", ".nvm/versions/node/*/bin/node",
                    ".volta/tools/image/node/*/bin/node", ".volta/bin/node", ".local/bin/node")
                    .flatMap(program -> ask(program).stream()).toList();
        }
        return installed;
    }

    private static Optional<Interpreter> ask(Path program) {
        return Machine.ask(List.of(program.toString(), "-p", ASK))
                .map(said -> said.split("\n")).filter(said -> said.length == 2)
                .map(said -> Interpreter.movable(Path.of(said[0]).getParent().getParent(), Path.of(said[0]),
                        "Node.js " + said[1]));
    }

    // ---- from the registry

    private static String packageName() {
        return "node-linux-" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64");
    }

    private Path home(String major) {
        return folder.resolve("node-" + major);
    }

    private Optional<Interpreter> fetched(String major) {
        Path program = home(major).resolve("node_modules").resolve(packageName()).resolve("bin/node");
        return Files.isExecutable(program) ? ask(program).filter(node -> isOf(node, major)) : Optional.empty();
    }

    private Optional<Interpreter> fetch(String runtime, String major) {
        LOG.log(System.Logger.Level.INFO,
                () -> "Fetching Node.js " + major + " for functions of " + runtime + " with npm …");
        Optional<String> failure = npm(major);
        if (failure.isPresent()) {
            LOG.log(System.Logger.Level.WARNING, () -> "Node.js " + major + " could not be fetched: " + failure.get());
            return Optional.empty();
        }
        Optional<Interpreter> node = fetched(major);
        node.ifPresent(there -> LOG.log(System.Logger.Level.INFO,
                () -> there.version() + " is in " + home(major) + ", checksum " + checksum(major)));
        return node;
    }

    /**
     * Fetches beside the place and moves there what is whole: when the platform was killed meanwhile, its npm may still
     * be writing.
     *
     * @return why not
     */
    Optional<String> npm(String major) {
        try {
            Files.createDirectories(folder);
            String name = "fetching-" + major + "-";
            try (DirectoryStream<Path> cutOff = Files.newDirectoryStream(folder, name + "*")) {
                for (Path each : cutOff) {
                    RootFolder.delete(each);
                }
            }
            Path into = Files.createTempDirectory(folder, name);
            try {
                Optional<String> failure =
                        Machine.run(List.of("npm", "install", "--prefix", into.toString(), "--ignore-scripts",
                        "--no-audit", "--no-fund", "--no-progress", packageName() + "@" + major), FETCHING);
                if (failure.isEmpty()) {
                    RootFolder.delete(home(major));
                    Files.move(into, home(major), StandardCopyOption.ATOMIC_MOVE);
                }
                return failure;
            } finally {
                RootFolder.delete(into);
            }
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
    }

    /** As npm checked it. */
    private String checksum(String major) {
        try {
            Object lock = JsonReader.tree(Files.readAllBytes(home(major).resolve("package-lock.json")));
            for (String name : List.of("packages", "node_modules/" + packageName())) {
                lock = ((Map<?, ?>) lock).get(name);
            }
            return String.valueOf(((Map<?, ?>) lock).get("integrity"));
        } catch (IOException | RuntimeException e) {
            return "unknown";
        }
    }
}
