package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a sandbox's processes see, held so that it outlives them: an open file of a namespace keeps it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
final class Kept implements AutoCloseable {
    private final int mounts;
    private final Optional<Integer> user;

    private Kept(int mounts, Optional<Integer> user) {
        this.mounts = mounts;
        this.user = user;
    }

    /** @param first process 1 of the sandbox, which has its mounts */
    static Kept of(Isolation isolation, long first) throws IOException {
        int mounts = Namespace.MOUNTS.of(first);
        try {
            return new Kept(mounts, isolation == Isolation.USER
                    ? Optional.of(Namespace.USER.of(first)) : Optional.empty());
        } catch (IOException e) {
            Descriptors.close(mounts);
            throw e;
        }
    }

    /** Where other processes find the file that this one has open. */
    Path mounts() {
        return own(mounts);
    }

    Optional<Path> user() {
        return user.map(Kept::own);
    }

    private static Path own(int number) {
        return Path.of("/proc", String.valueOf(ProcessHandle.current().pid()), "fd", String.valueOf(number));
    }

    @Override
    public void close() {
        Descriptors.close(mounts);
        user.ifPresent(Descriptors::close);
    }
}
