package dev.aloft.service.lambda.invoke;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The JDK of each version of Java: one that is installed on this machine, else the nearest newer one, which the
 * platform's own mostly is. What was built for a version runs on every later one.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html">Lambda runtimes</a>
 */
final class JavaPrograms {
    /** The oldest that our part of a Java function runs on. */
    private static final int OLDEST = 11;

    private final Supplier<List<Path>> homes;
    private final Map<String, Jdk> known = new ConcurrentHashMap<>();

    /** @param version its major version */
    record Jdk(Path home, int version, String name) {
        Interpreter interpreter() {
            return Interpreter.movable(home, home.resolve("bin/java"), "Java " + name);
        }
    }

    /** @param homes where JDKs may be; the first of a version is taken */
    JavaPrograms(Supplier<List<Path>> homes) {
        this.homes = homes;
    }

    /** Where JDKs are put by systems' packages, by people and by their tools; the platform's own comes first. */
    static List<Path> installed() {
        var homes = new ArrayList<Path>();
        homes.add(Path.of(System.getProperty("java.home")));
        System.getenv().forEach((name, value) -> {
            // JAVA_HOME, and JAVA_HOME_21_X64 as build machines have it.
            if (name.startsWith("JAVA_HOME")) {
                homes.add(Path.of(value));
            }
        });
        Runtimes.candidates("java").forEach(program -> homes.add(Interpreter.real(program).getParent().getParent()));
        Path user = Path.of(System.getProperty("user.home"));
        Stream.concat(
                        Stream.of("/usr/lib/jvm", "/usr/java", "/opt/java", "/opt/jdk").map(Path::of),
                        Stream.of(".sdkman/candidates/java", ".jdks", ".asdf/installs/java",
                                ".local/share/mise/installs/java")
                                .map(user::resolve))
                .flatMap(JavaPrograms::below).forEach(homes::add);
        return homes;
    }

    private static Stream<Path> below(Path folder) {
        try (var all = Files.list(folder)) {
            return all.sorted().toList().stream();
        } catch (IOException notThere) {
            return Stream.of();
        }
    }

    Jdk of(String runtime) {
        return known.computeIfAbsent(runtime, this::find);
    }

    private Jdk find(String runtime) {
        int wanted = Math.max(OLDEST, Integer.parseInt(runtime.replaceAll("java(\\d+).*", "$1")));
        List<Jdk> all = homes.get().stream().map(JavaPrograms::read).flatMap(Optional::stream).toList();
        Jdk found = all.stream().filter(jdk -> jdk.version() >= wanted).min(Comparator.comparingInt(Jdk::version))
                .or(() -> all.stream().max(Comparator.comparingInt(Jdk::version)))
                .orElseThrow(() ->
                        Runtimes.missing(runtime, "a JDK " + wanted + " (your system's package openjdk-" + wanted
                        + "-jdk-headless, or SDKMAN)"));
        if (found.version() != wanted) {
            Runtimes.tellInstead(runtime, "Java " + found.name(), "JDK " + wanted);
        }
        return found;
    }

    /** What a JDK says of itself in its file "release"; asking the program would take longer. */
    private static Optional<Jdk> read(Path home) {
        Path release = home.resolve("release");
        if (home.equals(Path.of(System.getProperty("java.home")))) {
            return Optional.of(new Jdk(Interpreter.real(home), Runtime.version().feature(),
                    System.getProperty("java.version")));
        }
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(release).stream().filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceAll("JAVA_VERSION=|\"", "")).map(name -> jdk(home, name))
                    .filter(Objects::nonNull).filter(jdk -> jdk.version() >= OLDEST).findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Jdk jdk(Path home, String name) {
        String major = name.replaceAll("^1\\.", "").replaceAll("[^0-9].*", "");
        return major.isEmpty() ? null : new Jdk(Interpreter.real(home), Integer.parseInt(major), name);
    }
}
