package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * A network of a sandbox's own: a loopback, on which the platform listens, and nothing else. A socket belongs for ever to
 * the network that its thread was in when it was made, so the platform serves these from outside and forwards nothing.
 */
final class Network implements AutoCloseable {
    /** Where AWS's Runtime API is. */
    private static final int RUNTIME_API_PORT = 9001;
    private static final int BACKLOG = 64;
    private static final Path CURRENT = Path.of("/proc/thread-self/ns/net");

    private final int home;
    private final int own;
    private final ServerSocket runtimeApi;
    private final ServerSocketChannel platform;

    /** @param home the number of an open file of the machine's network */
    private Network(int home, int own, ServerSocket runtimeApi, ServerSocketChannel platform) {
        this.home = home;
        this.own = own;
        this.runtimeApi = runtimeApi;
        this.platform = platform;
    }

    /** The network that the calling thread is in, as the number of an open file. */
    static int current() throws IOException {
        return Descriptors.open(CURRENT);
    }

    /** Makes one; the calling thread is a platform thread, and afterwards where it was. */
    static Network make(int home, Door door) throws IOException {
        NetworkCalls.leaveForNew();
        try {
            NetworkCalls.raiseLoopback();
            InetAddress loopback = InetAddress.getLoopbackAddress();
            var platform = ServerSocketChannel.open();
            platform.bind(new InetSocketAddress(loopback, door.port()), BACKLOG);
            int port = door.port() == RUNTIME_API_PORT ? 0 : RUNTIME_API_PORT;
            var made = new Network(home, current(), new ServerSocket(port, BACKLOG, loopback), platform);
            Thread.ofVirtual().name("sandbox-door").start(() -> made.serve(door));
            return made;
        } finally {
            NetworkCalls.enter(home);
        }
    }

    private void serve(Door door) {
        try {
            while (true) {
                door.enter(platform.accept());
            }
        } catch (IOException closed) {
            // nobody is left in it
        }
    }

    /** Does something inside; the calling thread is a platform thread. */
    <T> T within(Callable<T> work) throws Exception {
        NetworkCalls.enter(own);
        try {
            return work.call();
        } finally {
            NetworkCalls.enter(home);
        }
    }

    ServerSocket runtimeApi() {
        return runtimeApi;
    }

    /** A socket that will connect inside. */
    Socket socket() throws Exception {
        return within(() -> {
            var socket = new Socket();
            // Makes it: until then there is none.
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket;
        });
    }

    @Override
    public void close() {
        Descriptors.close(own);
        try {
            runtimeApi.close();
            platform.close();
        } catch (IOException e) {
            // closed is closed
        }
    }
}
