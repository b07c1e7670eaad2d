package dev.aloft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder whose Makefile knows how to build a resource (BuildMethod {@code makefile}): asked in a copy of the folder.
 */
final class MakeProject {
    private static final String ARTIFACTS = ".aloft-artifacts";

    private final Path folder;
    private final String owner;
    private final BuildMethod build;
    private final PrintWriter out;

    MakeProject(Path folder, String owner, BuildMethod build, PrintWriter out) {
        this.folder = folder;
        this.owner = owner;
        this.build = build;
        this.out = out;
    }

    /** What the target has put into {@code ARTIFACTS_DIR}. */
    Path build() throws IOException {
        if (!Files.exists(folder.resolve("Makefile"))) {
            throw new CommandFailed(owner + " is built with BuildMethod makefile, and there is no "
                    + folder.resolve("Makefile"));
        }
        var target = "build-" + build.target();
        return Builds.of(folder, target + build.workingDirectory(), ARTIFACTS + "/", copy -> {
            out.println("  make " + target);
            out.flush();
            var artifacts = Files.createDirectories(copy.resolve(ARTIFACTS));
            CodeFolder.run("The code of " + owner + " could not be built",
                    List.of("make", "--no-print-directory", "--makefile", copy.resolve("Makefile").toString(), target,
                            "ARTIFACTS_DIR=" + artifacts),
                    copy.resolve(build.workingDirectory()));
            return artifacts;
        });
    }
}
