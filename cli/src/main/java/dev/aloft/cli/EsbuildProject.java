package dev.aloft.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of TypeScript or JavaScript that esbuild bundles (BuildMethod {@code esbuild}): with the project's own
 * esbuild, else that in PATH, else npm's newest. Defaults are those of {@code sam build}: CommonJS for es2020,
 * minified.
 */
final class EsbuildProject {
    private static final String BUNDLE = ".aloft-bundle";
    /** What takes {@code key=value} behind a colon, and may stand several times. */
    private static final Set<String> KEYED =
            Set.of("external", "loader", "banner", "footer", "define", "alias", "out-extension",
            "inject", "pure", "drop");

    private final Path folder;
    private final String owner;
    private final BuildMethod build;
    private final PrintWriter out;

    EsbuildProject(Path folder, String owner, BuildMethod build, PrintWriter out) {
        this.folder = folder;
        this.owner = owner;
        this.build = build;
        this.out = out;
    }

    /** The bundle's folder. */
    Path build() throws IOException {
        if (!build.properties().containsKey("EntryPoints")) {
            throw new CommandFailed(owner
                    + " is built with BuildMethod esbuild, which needs EntryPoints in its BuildProperties");
        }
        // Modules of folders above are found from where the folder is.
        boolean isReady = Files.notExists(folder.resolve("package.json")) || above(folder, "node_modules").isPresent();
        return Builds.of(folder, build.properties().toString(), "node_modules/", copy -> {
            if (!isReady) {
                install(copy);
            }
            out.println("  esbuild for " + owner);
            out.flush();
            var bundle = Files.createDirectories(copy.resolve(BUNDLE));
            var in = isReady ? folder : copy;
            CodeFolder.run("The code of " + owner + " could not be built", command(in, bundle), in);
            return bundle;
        });
    }

    private void install(Path copy) throws IOException {
        var npm = Files.exists(copy.resolve("package-lock.json")) ? "ci" : "install";
        out.println("  npm " + npm + " for " + owner);
        out.flush();
        CodeFolder.run("The dependencies of " + owner + " could not be installed",
                List.of("npm", npm, "--no-audit", "--no-fund", "--loglevel=error"), copy);
    }

    private static List<String> command(Path in, List<String> options) {
        var own = above(in, "node_modules/.bin/esbuild").map(Path::toString)
                .or(() -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(each -> Path.of(each, "esbuild"))
                        .filter(Files::isExecutable).map(Path::toString).findFirst());
        var command = new ArrayList<String>(own.map(List::of)
                .orElse(List.of("npm", "exec", "--yes", "--loglevel=error", "--package=esbuild", "--", "esbuild")));
        command.addAll(options);
        return command;
    }

    private List<String> command(Path in, Path bundle) {
        var options = new ArrayList<>(build.properties().get("EntryPoints"));
        options.addAll(List.of("--bundle", "--platform=node", "--log-level=warning", "--outdir=" + bundle));
        var properties =
                new LinkedHashMap<String, List<String>>(Map.of("Minify", List.of("true"), "Target", List.of("es2020"),
                "Format", List.of("cjs")));
        properties.putAll(build.properties());
        properties.remove("EntryPoints");
        properties.forEach((name, values) -> options.addAll(option(name, values)));
        return command(in, options);
    }

    /**
     * {@code MainFields: module,main} as {@code --main-fields=module,main}, {@code Minify: true} as {@code --minify}.
     */
    static List<String> option(String property, List<String> values) {
        var name = property.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        if (KEYED.contains(name)) {
            return values.stream().map(value -> "--" + name + ":" + value).toList();
        }
        var value = String.join(",", values);
        return switch (value) {
            case "true" -> List.of("--" + name);
            case "false" -> List.of();
            default -> List.of("--" + name + "=" + value);
        };
    }

    /** The file of this name in the folder, or in the nearest folder above it. */
    private static Optional<Path> above(Path folder, String name) {
        return Stream.iterate(folder.toAbsolutePath(), each -> each != null, Path::getParent)
                .map(each -> each.resolve(name))
                .filter(Files::exists).findFirst();
    }
}
