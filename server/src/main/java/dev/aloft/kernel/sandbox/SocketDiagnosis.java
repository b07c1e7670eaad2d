package dev.aloft.kernel.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Asks the kernel about one connection. The tables in /proc tell the same, but reading them takes the kernel a look at
 * every place where a connection could be.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/sock_diag.7.html">sock_diag(7)</a>
 */
final class SocketDiagnosis {
    private static final int NETLINK = 16;
    private static final int RAW_CLOSED_ON_EXEC = 3 | 0x80000;
    private static final int DIAGNOSIS = 4;

    private static final short BY_FAMILY = 20;
    private static final short REQUEST = 1;
    private static final byte INTERNET = 2;
    private static final byte TCP = 6;
    private static final int ALL_STATES = -1;
    private static final int LOOPBACK = 0x7F000001;
    private static final int REST_OF_ADDRESS = 12;
    private static final long ANY_COOKIE = -1;
    private static final int REQUEST_BYTES = 72;

    private static final int ANSWER_BYTES = 88;
    private static final int MOST_BYTES = 1024;
    private static final int TYPE_AT = 4;
    private static final int USER_AT = 80;
    private static final int INODE_AT = 84;

    private static final MethodHandle SOCKET =
            NativeCalls.handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SEND =
            NativeCalls.handle("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECEIVE =
            NativeCalls.handle("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private SocketDiagnosis() {}

    /** The socket with that port of a connection on the loopback; nothing also where the kernel does not say. */
    static Optional<Connections.End> end(int port, int otherPort) {
        try (Arena arena = Arena.ofConfined()) {
            int socket = (int) SOCKET.invokeExact(NETLINK, RAW_CLOSED_ON_EXEC, DIAGNOSIS);
            if (socket < 0) {
                return Optional.empty();
            }
            try {
                return asked(socket, arena.allocate(MOST_BYTES, Long.BYTES), port, otherPort);
            } finally {
                Descriptors.close(socket);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("sock_diag(7)", e);
        }
    }

    private static Optional<Connections.End> asked(int socket, MemorySegment message, int port, int otherPort)
            throws Throwable {
        ByteBuffer buffer = message.asByteBuffer().order(ByteOrder.nativeOrder());
        write(buffer, port, otherPort);
        if ((long) SEND.invokeExact(socket, message, (long) REQUEST_BYTES, 0) != REQUEST_BYTES) {
            return Optional.empty();
        }
        // The answer is there before send(2) returns.
        long length = (long) RECEIVE.invokeExact(socket, message, (long) MOST_BYTES, 0);
        if (length < ANSWER_BYTES || buffer.getShort(TYPE_AT) != BY_FAMILY || buffer.getInt(INODE_AT) == 0) {
            return Optional.empty();
        }
        return Optional.of(new Connections.End(Integer.toUnsignedLong(buffer.getInt(INODE_AT)),
                Integer.toUnsignedLong(buffer.getInt(USER_AT))));
    }

    /** A netlink message's head, then what is asked: ports and addresses are in the order of the network. */
    private static void write(ByteBuffer buffer, int port, int otherPort) {
        buffer.putInt(REQUEST_BYTES).putShort(BY_FAMILY).putShort(REQUEST).putInt(0).putInt(0);
        buffer.put(INTERNET).put(TCP).putShort((short) 0).putInt(ALL_STATES);
        buffer.order(ByteOrder.BIG_ENDIAN);
        buffer.putShort((short) port).putShort((short) otherPort);
        buffer.putInt(LOOPBACK).put(new byte[REST_OF_ADDRESS]).putInt(LOOPBACK).put(new byte[REST_OF_ADDRESS]);
        buffer.putInt(0).putLong(ANY_COOKIE);
        buffer.order(ByteOrder.nativeOrder());
    }
}
