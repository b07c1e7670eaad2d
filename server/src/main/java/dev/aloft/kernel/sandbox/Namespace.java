package dev.aloft.kernel.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What a thread can have apart from the others of its process, which the JDK knows nothing of. All of it is of the
 * calling thread alone, which must be a platform thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/setns.2.html">setns(2)</a>
 */
enum Namespace {
    NETWORK(0x40000000, "net"),
    MOUNTS(0x20000, "mnt"),
    USER(0x10000000, "user");

    /** Root folder and working folder, which threads share: one that does may not enter other mounts. */
    private static final int PLACE = 0x200;
    private static final MethodHandle UNSHARE =
            NativeCalls.handle("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle ENTER =
            NativeCalls.handle("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private final int flag;
    private final String file;

    Namespace(int flag, String file) {
        this.flag = flag;
        this.file = file;
    }

    /** The one that the calling thread is in, as the number of an open file. */
    int current() throws IOException {
        return Descriptors.open(Path.of("/proc/thread-self/ns", file));
    }

    /** The one that a process is in, as the number of an open file. */
    int of(long pid) throws IOException {
        return Descriptors.open(Path.of("/proc", String.valueOf(pid), "ns", file));
    }

    /** Puts the calling thread into one that nobody else is in. */
    void leaveForNew() throws IOException {
        unshare(flag);
    }

    /** From now on the calling thread may enter other mounts. */
    static void leavePlace() throws IOException {
        unshare(PLACE);
    }

    private static void unshare(int what) throws IOException {
        try {
            NativeCalls.check((int) UNSHARE.invokeExact(what), "unshare");
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("unshare(2)", e);
        }
    }

    /** @param namespace the number of an open file of it */
    void enter(int namespace) throws IOException {
        try {
            NativeCalls.check((int) ENTER.invokeExact(namespace, flag), "setns");
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setns(2)", e);
        }
    }
}
