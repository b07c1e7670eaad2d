package dev.aloft.kernel.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What the JDK cannot do with a network, in that of the calling thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/netdevice.7.html">netdevice(7)</a>
 */
final class NetworkCalls {
    private static final int INTERNET = 2;
    private static final int DATAGRAM = 2;
    private static final long SET_FLAGS = 0x8914;
    private static final int NAME_BYTES = 16;
    private static final int REQUEST_BYTES = 40;
    private static final short UP_AND_RUNNING = 0x41;

    private static final MethodHandle SOCKET =
            NativeCalls.handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONTROL = NativeCalls.handle("ioctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), Linker.Option.firstVariadicArg(2));

    private NetworkCalls() {}

    /** The loopback of a new network is down. */
    static void raiseLoopback() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, 8);
            request.setString(0, "lo");
            request.set(JAVA_SHORT, NAME_BYTES, UP_AND_RUNNING);
            int socket = (int) SOCKET.invokeExact(INTERNET, DATAGRAM, 0);
            NativeCalls.check(socket, "socket for a network");
            try {
                NativeCalls.check((int) CONTROL.invokeExact(socket, SET_FLAGS, request), "ioctl for a network");
            } finally {
                Descriptors.close(socket);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("ioctl(2)", e);
        }
    }
}
