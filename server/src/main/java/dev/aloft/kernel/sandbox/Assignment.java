package dev.aloft.kernel.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a booted sandbox serves from now on.
 *
 * @param code the folder of the library seen at /var/task, relative to the library; of a container its root
 * @param layers the folder of the library seen at /opt
 * @param environment for processes that start when assigned; others get theirs over fd 3
 * @param container what runs, if that is a container
 */
public record Assignment(
        Path code, Optional<Path> layers, int memoryMegabytes, int scratchMegabytes, Map<String, String> environment,
        Optional<Container> container) {

    /** A command in a root folder of its own, begun in a folder there. */
    public record Container(List<String> command, String directory) {
        public Container {
            command = List.copyOf(command);
        }
    }

    public Assignment(Path code, Optional<Path> layers, int memoryMegabytes, int scratchMegabytes,
            Map<String, String> environment) {
        this(code, layers, memoryMegabytes, scratchMegabytes, environment, Optional.empty());
    }

    public Assignment {
        plain(code);
        layers.ifPresent(Assignment::plain);
        environment = Map.copyOf(environment);
    }

    private static void plain(Path path) {
        if (path.isAbsolute() || !path.normalize().equals(path) || !path.toString().matches("[A-Za-z0-9/_-]+")) {
            throw new IllegalArgumentException("no folder of the library: " + path);
        }
    }
}
