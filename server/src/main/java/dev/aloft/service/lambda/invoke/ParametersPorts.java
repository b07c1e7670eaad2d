package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.Arrivals;
import dev.aloft.kernel.sandbox.Sandbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the Parameters and Secrets Extensions of all environments are reached: each on the loopback of its own network,
 * or, where environments share this machine's, all on one port, where the token in the request says whose it is.
 */
final class ParametersPorts {
    private static final String TOKEN = "x-aws-parameters-secrets-token";
    private static final int BACKLOG = 64;

    private final Map<Integer, Shared> shared = new HashMap<>();

    /** A port of the machine's loopback, and whose it is by their tokens. */
    private final class Shared {
        final ServerSocket listener;
        final Map<String, ParametersExtension> extensions = new ConcurrentHashMap<>();

        Shared(int port) throws IOException {
            listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
            accept(listener, extensions);
        }
    }

    /** Serves an extension until what it gives back is closed. */
    AutoCloseable open(ParametersExtension extension, Sandbox sandbox) throws IOException {
        var own = sandbox.listener(extension.port());
        if (own.isEmpty()) {
            return share(extension);
        }
        accept(own.get(), Map.of(extension.token(), extension));
        return own.get();
    }

    private synchronized AutoCloseable share(ParametersExtension extension) throws IOException {
        int port = extension.port();
        var at = shared.get(port);
        if (at == null) {
            at = new Shared(port);
            shared.put(port, at);
        }
        at.extensions.put(extension.token(), extension);
        return () -> leave(port, extension);
    }

    private synchronized void leave(int port, ParametersExtension extension) throws IOException {
        var at = shared.get(port);
        if (at != null && at.extensions.remove(extension.token(), extension) && at.extensions.isEmpty()) {
            at.listener.close();
            shared.remove(port);
        }
    }

    private static void accept(ServerSocket listener, Map<String, ParametersExtension> extensions) {
        var name = "parameters-" + listener.getLocalPort();
        Thread.ofVirtual().name(name).start(() -> Arrivals.of(name, listener)
                .serve(socket -> Thread.ofVirtual().name("parameters").start(() -> serve(socket, extensions))));
    }

    private static void serve(Socket socket, Map<String, ParametersExtension> extensions) {
        try (socket) {
            var connection = new Connection(socket.getInputStream(), socket.getOutputStream());
            Connection.Head head;
            do {
                head = connection.head();
                connection.whole(head);
                var method = head.method();
                var target = head.path();
                var answer = Optional.ofNullable(head.header(TOKEN)).map(extensions::get)
                        .map(it -> it.answer(method, target))
                        .orElseGet(() -> ParametersExtension.Answer.text("400 Bad Request",
                        "bad session token or header key"));
                connection.answer(answer.status(), answer.type(), answer.body());
            } while (!"close".equalsIgnoreCase(head.header("connection")));
        } catch (IOException | InterruptedException gone) {
            // whoever asked is gone
        }
    }
}
