package dev.aloft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * A Java function's folder with a {@code pom.xml}: compiled in a copy, once for each version of its files, the classes beside
 * the libraries that they need to run, as {@code sam build} lays them out.
 */
final class MavenProject {
    private final Path folder;
    private final String owner;
    private final PrintWriter out;

    MavenProject(Path folder, String owner, PrintWriter out) {
        this.folder = folder;
        this.owner = owner;
        this.out = out;
    }

    /** A folder with {@code classes} and {@code dependency}. */
    Path build() throws IOException {
        var sources = new TreeMap<String, Path>();
        CodeFolder.collect(folder, "", sources);
        sources.keySet().removeIf(name -> name.startsWith("target/"));
        var digest = CodeFolder.digest();
        for (var source : sources.entrySet()) {
            digest.update(source.getKey().getBytes());
            digest.update(Files.readAllBytes(source.getValue()));
        }
        var built = Background.defaultData().resolve("builds").resolve(HexFormat.of().formatHex(digest.digest()));
        if (Files.exists(built)) {
            return built;
        }
        var making = Files.createDirectories(built.getParent().resolve(built.getFileName() + ".making"));
        for (var source : sources.entrySet()) {
            var target = making.resolve(source.getKey());
            Files.createDirectories(target.getParent());
            Files.copy(source.getValue(), target, StandardCopyOption.REPLACE_EXISTING);
        }
        out.println("  mvn package for " + owner);
        out.flush();
        CodeFolder.run("The code of " + owner + " could not be built",
                List.of("mvn", "-B", "-ntp", "-q", "-DskipTests", "package", "dependency:copy-dependencies",
                        "-DincludeScope=runtime", "-Dmdep.prependGroupId=true", "-DoutputDirectory=target/dependency"),
                making);
        Files.move(making.resolve("target"), built);
        return built;
    }
}
