package dev.aloft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * A Java function's folder with a {@code pom.xml}: compiled in a copy, the classes beside the libraries that they need
 * to run, as {@code sam build} lays them out.
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
        return Builds.of(folder, "", "target/", copy -> {
            out.println("  mvn package for " + owner);
            out.flush();
            CodeFolder.run("The code of " + owner + " could not be built",
                    List.of("mvn", "-B", "-ntp", "-q", "-DskipTests", "package", "dependency:copy-dependencies",
                            "-DincludeScope=runtime", "-Dmdep.prependGroupId=true",
                            "-DoutputDirectory=target/dependency"),
                    copy);
            return copy.resolve("target");
        });
    }
}
