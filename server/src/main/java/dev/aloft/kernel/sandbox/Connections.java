package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which process of this machine is at the other end of a connection on the loopback. */
final class Connections {
    private Connections() {}

    /** A peer's socket: the number that the kernel gives it, and the user who made it. */
    record End(long inode, long user) {}

    /** The other end of an open connection. */
    static Optional<End> other(Socket connection) {
        return SocketDiagnosis.end(connection.getPort(), connection.getLocalPort())
                .or(() -> listed(connection.getPort()));
    }

    /** The socket with that port, as /proc lists it. */
    static Optional<End> listed(int port) {
        String local = String.format(Locale.ROOT, "0100007F:%04X ", port);
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try (var lines = Files.lines(Path.of(table))) {
                // There may be thousands, and the other end of one is the local end of the next.
                Optional<End> found = lines.filter(line -> line.contains(local))
                        .map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields.length > 9 && fields[1].concat(" ").endsWith(local))
                        .filter(fields -> !fields[9].equals("0"))
                        .map(fields -> new End(Long.parseLong(fields[9]), Long.parseLong(fields[7])))
                        .findFirst();
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException notThere) {
                // a machine without that protocol
            }
        }
        return Optional.empty();
    }

    /** Whether a process has that socket open. */
    static boolean holds(long pid, long inode) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path each : open) {
                if (isSocket(each, inode)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException gone) {
            // no longer
        }
        return false;
    }

    private static boolean isSocket(Path file, long inode) {
        try {
            return Files.readSymbolicLink(file).toString().equals("socket:[" + inode + "]");
        } catch (IOException closed) {
            return false;
        }
    }
}
