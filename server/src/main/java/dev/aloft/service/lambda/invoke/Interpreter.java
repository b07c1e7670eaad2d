package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.SandboxSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that runs functions.
 *
 * @param program  as seen in a sandbox
 * @param software folders of the machine outside /usr that it needs
 * @param version  its own name and version, for INIT_START
 */
record Interpreter(Path program, List<SandboxSpec.Folder> software, String version) {
    /** Where AWS has the language of a runtime. */
    private static final Path LANGUAGE = Path.of("/var/lang");

    /** One that finds all it needs in its own folder, wherever that is: seen where AWS has it, but for the system's. */
    static Interpreter movable(Path home, Path program, String version) {
        return software(home).isEmpty() ? new Interpreter(program, List.of(), version)
                : new Interpreter(LANGUAGE.resolve(home.relativize(program)),
                        List.of(new SandboxSpec.Folder(home, LANGUAGE.toString())), version);
    }

    /** What must be seen besides /usr. */
    static List<SandboxSpec.Folder> software(Path... folders) {
        return Stream.of(folders)
                .filter(folder -> !folder.startsWith("/usr") && !folder.startsWith("/bin") && folder.getNameCount() > 0)
                .distinct()
                .map(SandboxSpec.Folder::of)
                .toList();
    }

    /** Where a path leads when links are followed. */
    static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException gone) {
            return path;
        }
    }
}
