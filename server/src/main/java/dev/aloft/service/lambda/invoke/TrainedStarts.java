package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.image.RootFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Folders of versions with SnapStart from which a virtual machine starts with its classes loaded already: an archive
 * that another one wrote after it had gone through the version's init. Each is there whole or not at all.
 *
 * <p>A virtual machine archives the classes of jars on its class path and no others. So the function's jars are there,
 * and in the place of its folder a jar of that one's classes; what else is in the folder follows at the end. Where that
 * would let something else be found first, the version starts without.
 *
 * @see <a href="https://openjdk.org/jeps/514">Ahead-of-time caches</a>
 */
final class TrainedStarts {
    static final String SEEN_AT = "/var/runtime/trained";
    /**
     * Runs a virtual machine and then gives its archive: a line with the size, and the bytes; it ends with the sandbox.
     */
    static final List<String> DELIVERING = List.of("sh", "-c", """
            "$@"
            stat -c %s /tmp/.trained >&4 || echo 0 >&4
            cat /tmp/.trained >&4
            read -r _ <&3
            """, "sh");
    /** A second virtual machine puts the archive together while the first one waits for it. */
    static final int RECORDING_MEGABYTES = 1024;
    private static final String ARCHIVE = "archive";
    private static final String CLASSES = "classes.jar";
    private static final String MADE_OF = "made-of";
    private static final long MOST_BYTES = 256L << 20;
    /** From here on they are written at the end; from the second on they hold more, and loading them takes less. */
    private static final int DYNAMIC = 13;
    private static final int AHEAD_OF_TIME = 25;
    /** What a function says itself of all this goes before. */
    private static final Pattern OWN =
            Pattern.compile("-Xshare|SharedArchiveFile|ArchiveClassesAtExit|XX:AOT|-javaagent|-agent");

    private final Path root;
    private final Path library;
    private final BooleanSupplier isolated;

    /**
     * @param library  where functions' code is
     * @param isolated whether processes see the paths that they are told
     */
    TrainedStarts(Path root, Path library, BooleanSupplier isolated) {
        this.root = root;
        this.library = library;
        this.isolated = isolated;
    }

    /** @param classPath the function's part, as seen inside */
    record Folder(Path path, List<String> classPath) {}

    static boolean isFor(FunctionVersion version, JavaPrograms.Jdk jdk) {
        boolean own = Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS").map(version.variables()::get)
                .anyMatch(options -> options != null && OWN.matcher(options).find());
        return version.snapStart() && jdk.version() >= DYNAMIC && !own && version.debugPort().isEmpty()
                && !version.variables().containsKey("AWS_LAMBDA_EXEC_WRAPPER");
    }

    static String using(JavaPrograms.Jdk jdk) {
        return (jdk.version() < AHEAD_OF_TIME ? "-XX:SharedArchiveFile=" : "-XX:AOTCache=") + SEEN_AT + "/" + ARCHIVE;
    }

    static String recording(JavaPrograms.Jdk jdk) {
        return (jdk.version() < AHEAD_OF_TIME ? "-XX:ArchiveClassesAtExit=" : "-XX:AOTCacheOutput=") + "/tmp/.trained";
    }

    /** What a version starts from, if that was made of what is there now. */
    Optional<Folder> of(FunctionVersion version, JavaPrograms.Jdk jdk, List<Path> runtime) {
        Path folder = folder(version.qualifiedArn());
        try {
            return isolated.getAsBoolean() && Files.isReadable(folder.resolve(CLASSES))
                    && Files.readString(folder.resolve(MADE_OF))
                            .equals(madeOf(version, jdk, runtime) + Files.size(folder.resolve(ARCHIVE)))
                    ? Optional.of(new Folder(folder, classPath(version))) : Optional.empty();
        } catch (IOException lost) {
            return Optional.empty();
        }
    }

    /** A folder for the virtual machine that records; none where the version is to start without. */
    Optional<Folder> prepare(FunctionVersion version, JavaPrograms.Jdk jdk, List<Path> runtime) throws IOException {
        if (!isolated.getAsBoolean() || hides(version)) {
            return Optional.empty();
        }
        Path folder = arriving(version);
        RootFolder.delete(folder);
        Files.createDirectories(folder);
        Path task = library.resolve(version.code());
        try (Stream<Path> files = Files.walk(task)) {
            pack(task, files.filter(file -> isClass(task, file)).sorted(), folder.resolve(CLASSES));
        }
        Files.writeString(folder.resolve(MADE_OF), madeOf(version, jdk, runtime));
        readable(folder);
        return Optional.of(new Folder(folder, classPath(version)));
    }

    /** Keeps what {@link #DELIVERING} gives; says whether there was something. */
    boolean keep(FunctionVersion version, InputStream delivered) throws IOException {
        Path folder = arriving(version);
        long size = size(delivered);
        if (size <= 0 || size > MOST_BYTES) {
            return false;
        }
        try (OutputStream out = Files.newOutputStream(folder.resolve(ARCHIVE))) {
            byte[] buffer = new byte[1 << 16];
            for (long left = size; left > 0; ) {
                int read = delivered.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    return false;
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
        // A virtual machine may not survive an archive that was cut.
        Files.writeString(folder.resolve(MADE_OF), String.valueOf(size), StandardOpenOption.APPEND);
        readable(folder);
        forget(version.qualifiedArn()::equals);
        Files.move(folder, folder(version.qualifiedArn()), StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private static long size(InputStream delivered) throws IOException {
        var line = new StringBuilder();
        for (int b = delivered.read(); b != '\n'; b = delivered.read()) {
            if (b < '0' || b > '9' || line.length() > 12) {
                return 0;
            }
            line.append((char) b);
        }
        return line.isEmpty() ? 0 : Long.parseLong(line.toString());
    }

    /** Sandboxes' users are others. */
    private static void readable(Path folder) {
        folder.toFile().setExecutable(true, false);
        for (String name : List.of("", ARCHIVE, CLASSES)) {
            folder.resolve(name).toFile().setReadable(true, false);
        }
    }

    /** Nothing came of a recording. */
    void discard(FunctionVersion version) {
        delete(arriving(version));
    }

    /** @param arns of the versions that are gone */
    void forget(Predicate<String> arns) {
        arns().stream().filter(arns).forEach(arn -> delete(folder(arn)));
    }

    /** Of the versions that have one. */
    List<String> arns() {
        try (Stream<Path> all = Files.list(root)) {
            return all.map(each -> each.getFileName().toString()).filter(name -> name.startsWith("arn:")).toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private static void delete(Path folder) {
        try {
            RootFolder.delete(folder);
        } catch (IOException e) {
            // What it was made of will tell that it is of no use.
        }
    }

    private Path folder(String arn) {
        return root.resolve(arn);
    }

    private Path arriving(FunctionVersion version) {
        return folder("arriving-" + version.qualifiedArn());
    }

    // ---- the class path

    private List<String> classPath(FunctionVersion version) {
        var all = new ArrayList<>(List.of(SEEN_AT + "/" + CLASSES));
        jars(library.resolve(version.code()).resolve("lib"))
                .forEach(jar -> all.add("/var/task/lib/" + jar.getFileName()));
        layerJars(version).forEach(jar -> all.add("/opt/java/lib/" + jar.getFileName()));
        return all;
    }

    private List<Path> layerJars(FunctionVersion version) {
        return version.layers().map(layers -> jars(library.resolve(layers).resolve("java/lib"))).orElse(List.of());
    }

    /** In the order in which AWS's client takes them. */
    private static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private List<Path> jars(FunctionVersion version) {
        List<Path> own = jars(library.resolve(version.code()).resolve("lib"));
        return Stream.concat(own.stream(), layerJars(version).stream()).toList();
    }

    private String madeOf(FunctionVersion version, JavaPrograms.Jdk jdk, List<Path> runtime) throws IOException {
        // The folder is made anew after the machine started.
        var text = new StringBuilder(jdk.home() + " " + jdk.name() + "\n" + version.revision() + "\n"
                + Files.getLastModifiedTime(library.resolve(version.code())) + "\n");
        for (Path jar : Stream.concat(runtime.stream(), jars(version).stream()).toList()) {
            text.append(jar.getFileName()).append(' ').append(Files.size(jar)).append(' ')
                    .append(Files.getLastModifiedTime(jar)).append('\n');
        }
        return text.toString();
    }

    /**
     * Whether something in the function's folder would be found after something of that name in a jar, which AWS finds
     * after it.
     */
    private boolean hides(FunctionVersion version) throws IOException {
        Path task = library.resolve(version.code());
        Set<String> others = new HashSet<>();
        try (Stream<Path> files = Files.walk(task)) {
            files.filter(file -> Files.isRegularFile(file) && !isClass(task, file))
                    .map(file -> task.relativize(file).toString())
                    .filter(name -> !name.equals("META-INF/MANIFEST.MF")).forEach(others::add);
        }
        for (Path jar : others.isEmpty() ? List.<Path>of() : jars(version)) {
            try (var zip = new ZipFile(jar.toFile())) {
                if (zip.stream().map(ZipEntry::getName).anyMatch(others::contains)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isClass(Path task, Path file) {
        return file.toString().endsWith(".class") && !task.relativize(file).startsWith("META-INF")
                && Files.isRegularFile(file);
    }

    /** A jar of files in a folder, the same for the same files. */
    static void pack(Path folder, Stream<Path> files, Path jar) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            // A jar must have something in it.
            put(zip, "META-INF/aloft", "".getBytes(StandardCharsets.UTF_8));
            for (Path file : (Iterable<Path>) files::iterator) {
                put(zip, folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
