package dev.aloft.bench;

import dev.aloft.api.Bytes;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CreateFunctionRequest;
import dev.aloft.api.Lambda.Environment;
import dev.aloft.api.Lambda.FunctionCode;
import dev.aloft.api.Lambda.InvokeRequest;
import dev.aloft.api.Lambda.UpdateFunctionConfigurationRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Functions that answer at once: warm through the Invoke API, and cold from the request to the answer. */
final class LambdaBench {
    private static final int COLD_RUNS = 15;
    private static final String TRUST = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            + "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

    private final Product product;
    private final Figures figures;
    private final Lambda lambda;
    private final String role;

    private record Hello(String name, String runtime, String handler, String file, String code, List<String> bare) {}

    private static final List<Hello> HELLOS = List.of(
            new Hello("node", "nodejs22.x", "index.handler", "index.mjs",
                    "export const handler = async () => ({ hello: \"world\" });", List.of("node", "-e", "0")),
            new Hello("python", "python3.13", "app.handler", "app.py",
                    "def handler(event, context):\n    return {\"hello\": \"world\"}\n", List.of("python3", "-c", "0")));

    LambdaBench(Product product, Figures figures) {
        this.product = product;
        this.figures = figures;
        this.lambda = Lambda.at(product.endpoint);
        this.role = Iam.at(product.endpoint)
                .createRole(Product.caller(), Iam.CreateRoleRequest.of(r -> r.roleName("bench").assumeRolePolicyDocument(TRUST)))
                .role()
                .arn();
        for (var hello : HELLOS) {
            lambda.createFunction(Product.caller(), CreateFunctionRequest.of(r -> r.functionName(hello.name())
                    .runtime(hello.runtime())
                    .handler(hello.handler())
                    .role(role)
                    .timeout(30)
                    .memorySize(256)
                    .code(FunctionCode.of(c -> c.zipFile(Bytes.of(zip(hello.file(), hello.code())))))));
        }
    }

    void warm() throws Exception {
        figures.chapter("Warm invoke over the Invoke API (goal: ≤ 3× a bare loop, ≥ 5,000/s at 8 and 32 callers)");
        double bare = bareLoop();
        figures.add("bare loop over loopback", bare, "µs", "p50, one connection, same request size");
        for (var hello : HELLOS) {
            var request = Connection.post("/2015-03-31/functions/" + hello.name() + "/invocations", "lambda", "", "{}".getBytes());
            Load.run(product.port, 8, 4, _ -> request);
            var one = Load.run(product.port, 1, 4, _ -> request);
            figures.add(hello.name() + ", 1 caller, p50", one.p50Micros(), "µs", one.latency() + ", %.1f× the bare loop".formatted(one.p50Micros() / bare));
            for (int callers : new int[] {8, 32}) {
                var load = Load.run(product.port, callers, 4, _ -> request);
                figures.add(hello.name() + ", " + callers + " callers", load.perSecond(), "/s", load.latency());
            }
        }
    }

    /** A changed variable makes every environment start anew; what is measured is the one call after it. */
    void cold() throws Exception {
        figures.chapter("Cold start, request to answer (goal: Node.js ≤ 15 ms, Python ≤ 10 ms, ≤ 0.25× the bare interpreter)");
        for (var hello : HELLOS) {
            var times = new double[COLD_RUNS];
            var bares = new double[COLD_RUNS];
            for (int i = 0; i < COLD_RUNS; i++) {
                int run = i;
                lambda.updateFunctionConfiguration(Product.caller(), UpdateFunctionConfigurationRequest.of(r -> r.functionName(hello.name())
                        .environment(Environment.of(e -> e.variables(Map.of("RUN", String.valueOf(run)))))));
                Product.pause(400);
                long begin = System.nanoTime();
                var answer = lambda.invoke(Product.caller(), InvokeRequest.of(r -> r.functionName(hello.name())));
                times[i] = (System.nanoTime() - begin) / 1e6;
                if (answer.functionError() != null) {
                    throw new IllegalStateException(new String(answer.payload().array(), StandardCharsets.UTF_8));
                }
                bares[i] = bareStart(hello.bare());
            }
            double median = Load.median(times);
            double bare = Load.median(bares);
            figures.add(hello.name() + " cold", median, "ms", "%.2f× of %.0f ms for the bare interpreter (%s)"
                    .formatted(median / bare, bare, String.join(" ", hello.bare())));
        }
    }

    private static double bareStart(List<String> command) throws Exception {
        long begin = System.nanoTime();
        new ProcessBuilder(command).start().waitFor();
        return (System.nanoTime() - begin) / 1e6;
    }

    /** What a request and an answer of this size cost between two threads over loopback. */
    private static double bareLoop() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> echo(server));
            var request = Connection.post("/", "lambda", "", "{}".getBytes());
            Load.run(server.getLocalPort(), 1, 1, _ -> request);
            return Load.run(server.getLocalPort(), 1, 2, _ -> request).p50Micros();
        }
    }

    private static void echo(ServerSocket server) {
        var answer = "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"hello\":\"world\"}".getBytes(StandardCharsets.ISO_8859_1);
        var buffer = new byte[8192];
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                while (socket.getInputStream().read(buffer) > 0) {
                    socket.getOutputStream().write(answer);
                }
            } catch (IOException e) {
                // The load is over.
            }
        }
    }

    private static byte[] zip(String name, String text) {
        try {
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes)) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(text.getBytes(StandardCharsets.UTF_8));
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
