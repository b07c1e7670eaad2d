package dev.aloft.kernel.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Mounts from outside what a sandbox is assigned: the sandbox's own mount(8) does the same, but takes longer to start
 * than all else of an assignment takes. Only root may enter the mounts of a process.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mount.2.html">mount(2)</a>
 */
final class Mounts implements AutoCloseable {
    private static final long READ_ONLY = 1;
    private static final long NO_SET_USER = 2;
    private static final long NO_DEVICES = 4;
    private static final long BIND = 4096;

    private static final MethodHandle MOUNT = NativeCalls.handle("mount",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    // Where it is in the file tree is its own: nobody else may run on it.
    private final LoneThread thread = new LoneThread("sandbox-mounts");
    private final int home;

    /** @throws IOException if this platform may not */
    Mounts() throws IOException {
        home = thread.run(() -> {
            Namespace.leavePlace();
            int own = Namespace.MOUNTS.current();
            // What this takes of Java is loaded while the thread sees the files of Java.
            Namespace.MOUNTS.enter(own);
            return own;
        });
    }

    /** @param first process 1 of the sandbox, whose set-up step is through */
    void assign(long first, Assignment assigned) throws IOException {
        int sandbox = Namespace.MOUNTS.of(first);
        try {
            thread.run(() -> {
                Namespace.MOUNTS.enter(sandbox);
                try {
                    mount(assigned);
                } finally {
                    Namespace.MOUNTS.enter(home);
                }
                return null;
            });
        } finally {
            Descriptors.close(sandbox);
        }
    }

    /** As enter.sh does. */
    private static void mount(Assignment assigned) throws IOException {
        bind(assigned.code(), "/var/task");
        if (assigned.layers().isPresent()) {
            bind(assigned.layers().get(), "/opt");
        }
        temporary("/tmp", NO_SET_USER | NO_DEVICES, "size=" + assigned.scratchMegabytes() + "m,mode=1777");
        temporary("/.library", READ_ONLY, "size=4k,mode=000");
        mount("run", "/run", "tmpfs", READ_ONLY, "size=4k,mode=755");
    }

    private static void bind(Path folder, String at) throws IOException {
        mount("/.library/" + folder, at, "none", BIND, "");
    }

    private static void temporary(String at, long flags, String options) throws IOException {
        mount("tmpfs", at, "tmpfs", flags, options);
    }

    private static void mount(String what, String at, String type, long flags, String options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int result = (int) MOUNT.invokeExact(arena.allocateFrom(what), arena.allocateFrom(at),
                    arena.allocateFrom(type), flags, arena.allocateFrom(options));
            NativeCalls.check(result, "to mount " + what + " at " + at);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mount(2)", e);
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
