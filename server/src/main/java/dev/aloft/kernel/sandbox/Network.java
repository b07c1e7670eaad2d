package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A network of a sandbox's own: a loopback, on which the platform listens, and if that is wanted a way to the outside.
 * A socket belongs for ever to the network that its thread was in when it was made, so the platform serves these from
 * outside and forwards nothing.
 */
final class Network implements AutoCloseable {
    /** Where AWS's Runtime API is. */
    private static final int RUNTIME_API_PORT = 9001;
    private static final int BACKLOG = 64;

    private final int home;
    private final Inside inside;
    private final Optional<Outside> outside;
    private final List<Published> published = new CopyOnWriteArrayList<>();
    private boolean closed;

    /** @param home the number of an open file of the machine's network */
    private Network(int home, Inside inside, Optional<Outside> outside) {
        this.home = home;
        this.inside = inside;
        this.outside = outside;
    }

    /** Makes one; the calling thread is a platform thread, and afterwards where it was. */
    static Network make(int home, OwnNetworks wanted) throws IOException {
        Door door = wanted.door();
        Inside inside = inside(home, door);
        inside.platform().forEach(each -> Thread.ofVirtual().name("sandbox-door")
                .start(() -> Arrivals.of("the platform from a sandbox's network", each).serve(door::enter)));
        try {
            return new Network(home, inside,
                    wanted.outside() ? Optional.of(Outside.of(inside.own())) : Optional.empty());
        } catch (IOException e) {
            inside.close();
            throw e;
        }
    }

    /** What is made while a thread is in a new network. */
    private record Inside(int own, ServerSocket runtimeApi, List<ServerSocketChannel> platform) {
        void close() {
            Descriptors.close(own);
            try {
                runtimeApi.close();
                for (var each : platform) {
                    each.close();
                }
            } catch (IOException e) {
                // closed is closed
            }
        }
    }

    private static Inside inside(int home, Door door) throws IOException {
        Namespace.NETWORK.leaveForNew();
        try {
            NetworkCalls.raiseLoopback();
            var platform = List.of(listener("127.0.0.1", door), listener("::1", door)).stream()
                    .flatMap(Optional::stream).toList();
            if (platform.isEmpty()) {
                throw new IOException("a new network has no loopback");
            }
            int port = door.port() == RUNTIME_API_PORT ? 0 : RUNTIME_API_PORT;
            var runtimeApi = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
            return new Inside(Namespace.NETWORK.current(), runtimeApi, platform);
        } finally {
            Namespace.NETWORK.enter(home);
        }
    }

    /** Some clients take {@code localhost} for the address of IPv6 and try no other; not every machine has that. */
    private static Optional<ServerSocketChannel> listener(String address, Door door) throws IOException {
        var channel = ServerSocketChannel.open();
        try {
            return Optional.of(channel.bind(new InetSocketAddress(address, door.port()), BACKLOG));
        } catch (IOException e) {
            channel.close();
            return Optional.empty();
        }
    }

    /** The command that enters it, and is followed by another. */
    List<String> entering() {
        return List.of("nsenter", "--net=/proc/" + ProcessHandle.current().pid() + "/fd/" + inside.own(), "--");
    }

    /**
     * Does something inside; the calling thread is a platform thread. It may start no thread, nor wake one that is
     * virtual, nor start a process, which Java watches with a thread: a thread begins in the network of the one that
     * starts it, and one that carries virtual threads would take them all there.
     */
    synchronized <T> T within(Callable<T> work) throws Exception {
        if (closed) {
            throw new IOException("the network is gone");
        }
        Namespace.NETWORK.enter(inside.own());
        try {
            return work.call();
        } finally {
            Namespace.NETWORK.enter(home);
        }
    }

    /** Makes what listens inside on that port reachable on the machine's loopback, as long as there is the network. */
    void publish(Published.Way way, int port) throws IOException {
        published.add(new Published(way, port));
    }

    /** Returns once all is there that a sandbox may use. */
    void await() throws IOException {
        if (outside.isPresent()) {
            outside.get().await();
        }
    }

    ServerSocket runtimeApi() {
        return inside.runtimeApi();
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

    /** From then on its file's number may be another network's. */
    @Override
    public void close() {
        if (!end()) {
            return;
        }
        outside.ifPresent(Outside::close);
        published.forEach(Published::close);
        inside.close();
    }

    /** Nobody enters any more; says whether that is new. */
    private synchronized boolean end() {
        boolean isNew = !closed;
        closed = true;
        return isNew;
    }
}
