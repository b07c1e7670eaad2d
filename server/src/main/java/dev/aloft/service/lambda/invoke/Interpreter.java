package dev.aloft.service.lambda.invoke;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that runs functions.
 *
 * @param software folders of the machine outside /usr that it needs
 * @param version  its own name and version, for INIT_START
 */
record Interpreter(Path program, List<Path> software, String version) {
    /** What must be seen besides /usr. */
    static List<Path> software(Path... folders) {
        return Stream.of(folders)
                .filter(folder -> !folder.startsWith("/usr") && !folder.startsWith("/bin") && folder.getNameCount() > 0)
                .distinct()
                .toList();
    }
}
