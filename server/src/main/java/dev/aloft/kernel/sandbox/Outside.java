package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process of slirp4netns, which carries what one network sends to the outside world and nothing to this machine's
 * loopback. It is ready some milliseconds after its start; nobody has to wait before its sandbox runs foreign code.
 *
 * @see <a href="https://github.com/rootless-containers/slirp4netns">slirp4netns</a>
 */
final class Outside implements AutoCloseable {
    /** Who answers there for the names that this machine can resolve. */
    static final String NAMESERVER = "10.0.2.3";
    private static final String PROGRAM = "slirp4netns";

    private final Process process;
    private boolean ready;

    private Outside(Process process) {
        this.process = process;
    }

    static boolean isInstalled() {
        return Stream.of("/usr/bin", "/usr/local/bin", "/usr/sbin").anyMatch(each -> Files.isExecutable(Path.of(each,
                PROGRAM)));
    }

    /** @param network the number of an open file of it */
    static Outside of(int network) throws IOException {
        var path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + network;
        var builder = new ProcessBuilder(List.of("setpriv", "--pdeathsig", "KILL", "sh", "-c",
                "exec \"$@\" 3>&1 1>&2", "sh",
                PROGRAM, "--configure", "--disable-host-loopback", "--mtu=65520", "--netns-type=path", "--ready-fd=3",
                path, "tap0"));
        return new Outside(builder.redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    /** Returns once the network has its way out. */
    synchronized void await() throws IOException {
        if (!ready && process.getInputStream().read() < 0) {
            throw new IOException(PROGRAM + " ended with status " + process.onExit().join().exitValue());
        }
        ready = true;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
