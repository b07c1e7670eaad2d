package dev.aloft.bench;

import dev.aloft.api.Bytes;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CreateFunctionRequest;
import dev.aloft.api.Lambda.Environment;
import dev.aloft.api.Lambda.FunctionCode;
import dev.aloft.api.Lambda.InvokeRequest;
import dev.aloft.api.Lambda.UpdateFunctionCodeRequest;
import dev.aloft.api.Lambda.UpdateFunctionConfigurationRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;

/** Functions that answer at once: warm through the Invoke API, and cold from the request to the answer. */
final class LambdaBench {
    private static final int COLD_RUNS = 15;
    private static final int BURST = 500;
    private static final int IDLE = Integer.getInteger("bench.environments", 40);
    /** So long that the last has started before the first is free. */
    private static final int IDLE_WAIT_SECONDS = Math.max(4, IDLE / 25);
    static final String TRUST = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            + "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

    private final Product product;
    private final Figures figures;
    private final Lambda lambda;
    private final String role;
    private final List<Hello> hellos = hellos();

    /**
     * A function that answers at once, the bare program it is compared with, and one that tells its log stream after
     * WAIT seconds.
     */
    private record Hello(String name, String runtime, String handler, byte[] zip, List<String> bare, byte[] waiting) {}

    /** A custom runtime as small as can be: what a binary has to do, with nothing to load. */
    private static final String BOOTSTRAP = """
            #define _GNU_SOURCE
            #include <arpa/inet.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>
            static char in[1 << 16];
            static int receive(int s) {
                for (int n = 0; !strstr(in, "\\r\\n\\r\\n");) {
                    int k = read(s, in + n, sizeof in - 1 - n);
                    if (k <= 0) return 0;
                    in[n += k] = 0;
                }
                return 1;
            }
            static int exchange(int s, const char *request, int length) {
                in[0] = 0;
                return write(s, request, length) == length && receive(s);
            }
            int main(void) {
                char *api = strdup(getenv("AWS_LAMBDA_RUNTIME_API")), *port = strchr(api, ':'), out[1024], id[100], body[300];
                char *wait = getenv("WAIT"), *stream = getenv("AWS_LAMBDA_LOG_STREAM_NAME");
                int length = sprintf(body, wait ? "\\"%s\\"" : "{\\"hello\\":\\"world\\"}", stream);
                *port++ = 0;
                struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
                inet_pton(AF_INET, api, &to.sin_addr);
                int s = socket(AF_INET, SOCK_STREAM, 0);
                if (connect(s, (struct sockaddr *) &to, sizeof to)) return 1;
                for (;;) {
                    int n = sprintf(out, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n", api);
                    if (!exchange(s, out, n)) return 2;
                    sscanf(strcasestr(in, "lambda-runtime-aws-request-id:") + 30, " %99[^\\r]", id);
                    if (wait) sleep(atoi(wait));
                    n = sprintf(out, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: %s\\r\\n"
                                     "Content-Length: %d\\r\\n\\r\\n%s", id, api, length, body);
                    if (!exchange(s, out, n)) return 3;
                }
            }
            """;

    private static final String NODE_ECHO = """
            require("http").createServer((request, response) => request.resume().on("end", () => {
                response.setHeader("Content-Length", 17);
                response.end('{"hello":"world"}');
            })).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
            """;

    /** The binary, or empty where the machine has no C compiler. */
    private static Optional<Path> bootstrap() throws Exception {
        var folder = Files.createTempDirectory("aloft-bench-bootstrap");
        var source = Files.writeString(folder.resolve("bootstrap.c"), BOOTSTRAP);
        var binary = folder.resolve("bootstrap");
        try {
            int status = new ProcessBuilder("cc", "-O2", "-o", binary.toString(), source.toString()).inheritIO()
                    .start().waitFor();
            return status == 0 ? Optional.of(binary) : Optional.empty();
        } catch (IOException e) {
            System.out.println("  (no cc: provided.al2023 is left out)");
            return Optional.empty();
        }
    }

    private static List<Hello> hellos() throws Exception {
        var all = new ArrayList<>(List.of(
                new Hello("node", "nodejs22.x", "index.handler",
                        zip("index.mjs", "export const handler = async () => ({ hello: \"world\" });"),
                        List.of("node", "-e", "0"),
                        zip("index.mjs", "export const handler = () => new Promise((done) => setTimeout(done, "
                                + "process.env.WAIT * 1000, process.env.AWS_LAMBDA_LOG_STREAM_NAME));")),
                new Hello("python", "python3.13", "app.handler",
                        zip("app.py", "def handler(event, context):\n    return {\"hello\": \"world\"}\n"),
                        List.of("python3", "-c", "0"),
                        zip("app.py", "import os, time\ndef handler(event, context):\n    "
                                + "time.sleep(int(os.environ['WAIT']))\n    return context.log_stream_name\n")),
                new Hello("java", "java25", "Hello::handle", javaHello(""),
                        List.of(javaCommand(), "-Xshare:auto", "-version"),
                        javaHello("Thread.sleep(1000 * Long.parseLong(System.getenv(\"WAIT\")));"))));
        var binary = bootstrap();
        if (binary.isPresent()) {
            var zip = zip("bootstrap", Files.readAllBytes(binary.get()));
            all.add(new Hello("provided", "provided.al2023", "none", zip, List.of("/bin/true"), zip));
        }
        return all;
    }

    private static String javaCommand() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    private static byte[] javaHello(String first) throws Exception {
        var folder = Files.createTempDirectory("aloft-bench-hello");
        var source = Files.writeString(folder.resolve("Hello.java"), """
                public class Hello {
                    public java.util.Map<String, String> handle(java.util.Map<String, Object> event) throws Exception {
                        %s
                        return java.util.Map.of("hello", %s);
                    }
                }
                """.formatted(first, first.isEmpty() ? "\"world\"" : "System.getenv(\"AWS_LAMBDA_LOG_STREAM_NAME\")"));
        ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString());
        return zip("Hello.class", Files.readAllBytes(folder.resolve("Hello.class")));
    }

    LambdaBench(Product product, Figures figures) throws Exception {
        this.product = product;
        this.figures = figures;
        this.lambda = Lambda.at(product.endpoint);
        this.role = Iam.at(product.endpoint)
                .createRole(Product.caller(),
                        Iam.CreateRoleRequest.of(r -> r.roleName("bench").assumeRolePolicyDocument(TRUST)))
                .role()
                .arn();
        for (var hello : hellos) {
            lambda.createFunction(Product.caller(), CreateFunctionRequest.of(r -> r.functionName(hello.name())
                    .runtime(hello.runtime())
                    .handler(hello.handler())
                    .role(role)
                    .timeout(30)
                    .memorySize(512)
                    .code(FunctionCode.of(c -> c.zipFile(Bytes.of(hello.zip()))))));
        }
    }

    void warm() throws Exception {
        figures.chapter("Warm invoke over the Invoke API (goal: ≤ 3× a bare loop, ≥ 5,000/s at 8 and 32 callers)");
        double bare = bareLoop();
        figures.add("bare loop over loopback", bare, "µs", "p50, one connection, same request size");
        double process = processLoop();
        figures.add("bare HTTP exchange with a Node process", process, "µs", "p50, the same, and no platform between");
        // What the platform's JVM compiles for one runtime the next one finds: the first would pay for all.
        for (int round = 0; round < 2; round++) {
            for (var hello : hellos) {
                var request = invoke(hello);
                Load.run(product.port, 8, 4, _ -> request);
            }
        }
        for (var hello : hellos) {
            var request = invoke(hello);
            Load.run(product.port, 8, 2, _ -> request);
            var one = Load.run(product.port, 1, 4, _ -> request);
            figures.add(hello.name() + ", 1 caller, p50", one.p50Micros(), "µs",
                    one.latency() + ", %.1f× the bare loop, %.1f× the exchange with a process"
                            .formatted(one.p50Micros() / bare, one.p50Micros() / process));
            for (int callers : new int[] {8, 32}) {
                var load = Load.run(product.port, callers, 4, _ -> request);
                figures.add(hello.name() + ", " + callers + " callers", load.perSecond(), "/s", load.latency());
            }
        }
    }

    private static byte[] invoke(Hello hello) {
        return Connection.post("/2015-03-31/functions/" + hello.name() + "/invocations", "lambda", "", "{}".getBytes());
    }

    /** A changed variable makes every environment start anew; what is measured is the one call after it. */
    void cold() throws Exception {
        figures.chapter("Cold start, request to answer (goal: Node.js ≤ 15 ms, Python ≤ 10 ms, provided ≤ "
                + "10 ms, Java ≤ 50 ms)");
        for (var hello : hellos) {
            var times = new double[COLD_RUNS];
            var bares = new double[COLD_RUNS];
            for (int i = 0; i < COLD_RUNS; i++) {
                update(hello, String.valueOf(i));
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

    /**
     * From a changed package to the first answer of its code: what follows a save under aloft up --watch, once that has
     * seen it.
     */
    void reload() throws Exception {
        figures.chapter("Reload: new code to its first answer (goal: ≤ 300 ms from the save, of which the "
                + "watch takes some 30)");
        for (var hello : hellos.stream().filter(each -> Set.of("node", "python").contains(each.name())).toList()) {
            var times = new double[COLD_RUNS];
            for (int i = 0; i < COLD_RUNS; i++) {
                var name = hello.name().equals("node") ? "index.mjs" : "app.py";
                var source = hello.name().equals("node") ? "export const handler = async () => %d;"
                        : "def handler(event, context):%n    return %d%n";
                var code = Bytes.of(zip(name, source.formatted(i)));
                Product.pause(400);
                long begin = System.nanoTime();
                lambda.updateFunctionCode(Product.caller(),
                        UpdateFunctionCodeRequest.of(r -> r.functionName(hello.name()).zipFile(code)));
                var answer = lambda.invoke(Product.caller(), InvokeRequest.of(r -> r.functionName(hello.name())));
                times[i] = (System.nanoTime() - begin) / 1e6;
                if (!new String(answer.payload().array(), StandardCharsets.UTF_8).equals(String.valueOf(i))) {
                    throw new IllegalStateException("an answer of older code: "
                            + new String(answer.payload().array(), StandardCharsets.UTF_8));
                }
            }
            figures.add(hello.name() + " reload", Load.median(times), "ms", "UpdateFunctionCode and the call after it");
        }
    }

    /** Many callers at once of a function that has no environment: until the last has its answer. */
    void burst() throws Exception {
        figures.chapter("A burst of %d concurrent requests to a cold function (goal: none lost)".formatted(BURST));
        for (var hello : hellos) {
            update(hello, "burst");
            Product.pause(1000);
            var request = invoke(hello);
            var lost = new AtomicInteger();
            var connections = new ArrayList<Connection>();
            for (int i = 0; i < BURST; i++) {
                connections.add(new Connection(product.port));
            }
            var threads = new ArrayList<Thread>();
            long begin = System.nanoTime();
            for (var connection : connections) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        if (connection.exchange(request) != 200) {
                            lost.incrementAndGet();
                        }
                    } catch (IOException e) {
                        lost.incrementAndGet();
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
            double took = (System.nanoTime() - begin) / 1e6;
            for (var connection : connections) {
                connection.close();
            }
            figures.add(hello.name() + ", all answered after", took, "ms", lost.get() + " lost or refused");
        }
    }

    /**
     * Memory of environments that wait frozen, from some of them; what they share is counted once for each that shares
     * it.
     */
    void idle() throws Exception {
        figures.chapter("Memory of idle frozen environments (their own part of it, and that of 1,000)");
        for (var hello : hellos) {
            lambda.createFunction(Product.caller(),
                    CreateFunctionRequest.of(r -> r.functionName(hello.name() + "-idle").runtime(hello.runtime())
                    .handler(hello.handler()).role(role).timeout(900).memorySize(512)
                    .environment(Environment.of(e -> e.variables(Map.of("WAIT", String.valueOf(IDLE_WAIT_SECONDS)))))
                    .code(FunctionCode.of(c -> c.zipFile(Bytes.of(hello.waiting()))))));
            double before = product.functionMegabytes();
            var threads = new ArrayList<Thread>();
            Set<String> environments = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < IDLE; i++) {
                threads.add(Thread.ofVirtual().start(() -> environments.add(new String(
                        lambda.invoke(Product.caller(), InvokeRequest.of(r -> r.functionName(hello.name() + "-idle")))
                        .payload().array(),
                        StandardCharsets.UTF_8))));
            }
            for (var thread : threads) {
                thread.join();
            }
            Product.pause(500);
            double each = (product.functionMegabytes() - before) / environments.size();
            figures.add(hello.name() + ", one idle environment", each, "MB",
                    "1,000 would take %,.0f MB; from %d".formatted(each * 1000, environments.size()));
            lambda.deleteFunction(Product.caller(),
                    Lambda.DeleteFunctionRequest.of(r -> r.functionName(hello.name() + "-idle")));
        }
    }

    private void update(Hello hello, String run) {
        lambda.updateFunctionConfiguration(Product.caller(),
                UpdateFunctionConfigurationRequest.of(r -> r.functionName(hello.name())
                .environment(Environment.of(e -> e.variables(Map.of("RUN", run))))));
    }

    private static double bareStart(List<String> command) throws Exception {
        long begin = System.nanoTime();
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor();
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

    /** What a caller would wait for if the function answered it itself, over HTTP in a process of its own. */
    private static double processLoop() throws Exception {
        var node = new ProcessBuilder("node", "-e", NODE_ECHO).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var said = node.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            var request = Connection.post("/", "lambda", "", "{}".getBytes());
            Load.run(port, 1, 2, _ -> request);
            return Load.run(port, 1, 2, _ -> request).p50Micros();
        } finally {
            node.destroy();
        }
    }

    private static void echo(ServerSocket server) {
        var answer = "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"hello\":\"world\"}"
                .getBytes(StandardCharsets.ISO_8859_1);
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
        return zip(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] zip(String name, byte[] content) {
        try {
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes)) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(content);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
