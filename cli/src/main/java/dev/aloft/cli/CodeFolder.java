package dev.aloft.cli;

import dev.aloft.api.JsonReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A function's folder as it is to run: its files and, where the folder declares dependencies that are not there yet,
 * these too. The folder itself is never changed.
 */
final class CodeFolder {
    private static final Set<String> LEFT_OUT =
            Set.of(".git", ".aws-sam", ".venv", "__pycache__", ".pytest_cache", ".DS_Store");

    /** A folder, and how code is made of it: several functions may be made of one folder, each in its way. */
    record Source(Path folder, BuildMethod build) {}

    private final Path folder;
    private final String owner;
    private final PrintWriter out;
    private final BuildMethod build;
    private final Archive archive = new Archive();

    CodeFolder(Path folder, String owner, PrintWriter out) {
        this(folder, owner, out, BuildMethod.NONE);
    }

    CodeFolder(Path folder, String owner, PrintWriter out, BuildMethod build) {
        this.build = build;
        this.folder = folder;
        this.owner = owner;
        this.out = out;
    }

    /**
     * Packs the folder into a new temporary file: the same content gives the same bytes. What did not change since the
     * last time is not packed again.
     */
    Path zip() throws IOException {
        var entries = entries();
        if (entries.isEmpty()) {
            throw new CommandFailed("The code of " + owner + ", " + folder + ", is empty.");
        }
        return packed(entries, archive);
    }

    /** Packs one file. */
    static Path zip(Path file) throws IOException {
        return packed(new TreeMap<>(Map.of(file.getFileName().toString(), file)), new Archive());
    }

    private static Path packed(TreeMap<String, Path> entries, Archive archive) throws IOException {
        var file = Files.createTempFile("aloft-package", ".zip");
        try (var stream = new BufferedOutputStream(Files.newOutputStream(file))) {
            archive.write(entries, stream);
        }
        return file;
    }

    private TreeMap<String, Path> entries() throws IOException {
        var entries = new TreeMap<String, Path>();
        if (build.name().equals("makefile")) {
            collect(new MakeProject(folder, owner, build, out).build(), "", entries);
        } else if (build.name().equals("esbuild")) {
            collect(new EsbuildProject(folder, owner, build, out).build(), "", entries);
        } else if (Files.exists(folder.resolve("pom.xml"))) {
            var built = new MavenProject(folder, owner, out).build();
            collect(built.resolve("classes"), "", entries);
            collect(built.resolve("dependency"), "lib/", entries);
        } else {
            collect(folder, build.within(), entries);
            refuseSources(entries.keySet());
            var dependencies = dependencies();
            if (dependencies != null) {
                collect(dependencies, build.within(), entries);
            }
        }
        return entries;
    }

    /**
     * What would be deployed as it is and never run: sources of a language that is compiled, without what a compiler
     * makes.
     */
    private void refuseSources(Set<String> entries) {
        refuse("Go", "go.mod", entries, name -> name.equals("bootstrap"));
        refuse("Rust", "Cargo.toml", entries, name -> name.equals("bootstrap"));
        refuse("Java", "build.gradle", entries, name -> name.endsWith(".class") || name.endsWith(".jar"));
        refuse("Kotlin or Java", "build.gradle.kts", entries, name -> name.endsWith(".class") || name.endsWith(".jar"));
        refuse("TypeScript", "tsconfig.json", entries,
                name -> !name.startsWith("node_modules/") && name.matches(".*\\.[cm]?js"));
        entries.stream().filter(CodeFolder::isProject).findFirst()
                .ifPresent(project -> refuse(".NET", project, entries, name -> name.endsWith(".dll")));
    }

    private static boolean isProject(String name) {
        return name.endsWith("proj") && name.matches("[^/]*\\.(cs|fs|vb)proj");
    }

    private void refuse(String language, String project, Set<String> entries, Predicate<String> compiled) {
        if (entries.contains(project) && entries.stream().noneMatch(compiled)) {
            throw new CommandFailed("The code of " + owner + " is " + language + " source (" + folder.resolve(project)
                    + ") that has to be compiled first: run sam build, then aloft up .aws-sam/build/template.yaml");
        }
    }

    static void collect(Path from, String prefix, Map<String, Path> entries) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        Files.walkFileTree(from, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE,
                new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
                return each.equals(from) || wanted(each) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && wanted(file)) {
                    entries.putIfAbsent(prefix + from.relativize(file), file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                // An editor's own file may be gone already.
                return failure instanceof NoSuchFileException ? FileVisitResult.CONTINUE
                        : super.visitFileFailed(file, failure);
            }
        });
    }

    private static boolean wanted(Path each) {
        return !LEFT_OUT.contains(each.getFileName().toString());
    }

    /**
     * A folder with what package.json or requirements.txt ask for, installed once for each version of these files; or
     * null.
     */
    private Path dependencies() throws IOException {
        var packageJson = folder.resolve("package.json");
        if (Files.exists(packageJson) && !Files.exists(folder.resolve("node_modules"))
                && declaresDependencies(packageJson)) {
            boolean locked = Files.exists(folder.resolve("package-lock.json"));
            return installed(
                    "npm " + (locked ? "ci" : "install"),
                    List.of("package.json", "package-lock.json", ".npmrc"),
                    List.of("npm", locked ? "ci" : "install", "--omit=dev", "--no-audit", "--no-fund",
                            "--loglevel=error"));
        }
        var requirements = folder.resolve("requirements.txt");
        if (Files.exists(requirements) && !Files.readString(requirements).replaceAll("(?m)#.*$", "").isBlank()) {
            return installed(
                    "pip install",
                    List.of("requirements.txt"),
                    List.of("python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries",
                            "1", "-r", "requirements.txt", "-t", "."));
        }
        return null;
    }

    private static boolean declaresDependencies(Path packageJson) throws IOException {
        Object tree;
        try {
            tree = JsonReader.tree(Files.readAllBytes(packageJson));
        } catch (JsonReader.Malformed e) {
            throw new CommandFailed(packageJson + " is no JSON: " + e.getMessage()
                    + ". npm cannot read it either; mend it first.");
        }
        return tree instanceof Map<?, ?> map && map.get("dependencies") instanceof Map<?, ?> all && !all.isEmpty();
    }

    private Path installed(String what, List<String> inputs, List<String> command) throws IOException {
        var sources = new TreeMap<String, Path>();
        inputs.stream().filter(input -> Files.exists(folder.resolve(input)))
                .forEach(input -> sources.put(input, folder.resolve(input)));
        return Builds.of(sources, "", copy -> {
            out.println("  " + what + " for " + owner);
            out.flush();
            run("The dependencies of " + owner + " could not be installed", command, copy);
            return copy;
        });
    }

    static void run(String failure, List<String> command, Path in) throws IOException {
        var builder = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new CommandFailed(failure + ": there is no " + command.getFirst()
                    + " in PATH. Install it and try again.");
        }
        var said = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new CommandFailed(failure + ": " + String.join(" ", command) + "\n"
                        + said.replaceAll("(?m)^WARNING: .*\\R", "").strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted");
        }
    }

    static String sha256(Path file) throws IOException {
        var digest = digest();
        try (var in = Files.newInputStream(file)) {
            var buffer = new byte[65536];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
