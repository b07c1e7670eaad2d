package dev.aloft.bench;

import dev.aloft.api.Bytes;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;

/**
 * Cold starts of a Java function whose init makes a client of AWS's SDK for DynamoDB and calls it: one, then five at
 * once, without SnapStart and with it, where the first finds an environment that waits and the others start from what
 * was recorded.
 */
final class SnapStartBench {
    private static final int CALLERS = 5;
    private static final int RUNS = 3;
    private static final int ALONE = 9;
    /** The client and what it needs, of a folder that has more. */
    private static final Pattern NEEDED = Pattern.compile("(dynamodb-2|sdk-core|aws-core|auth|http-auth|http-client-spi"
            + "|identity-spi|regions|profiles|utils|metrics-spi|endpoints-spi|json-utils|protocol-core|"
            + "aws-json-protocol"
            + "|third-party-jackson|checksums|annotations-2|eventstream|reactive-streams|slf4j-api|retries"
            + "|url-connection-client).*\\.jar");
    private static final String SOURCE = """
            import java.util.Map;
            import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
            public class Heavy {
                // This version of the SDK does not know the variable.
                private final DynamoDbClient db = DynamoDbClient.builder()
                        .endpointOverride(java.net.URI.create(System.getenv("AWS_ENDPOINT_URL"))).build();
                public Heavy() { db.listTables(); }
                public Object handle(Map<String, Object> event) { return Map.of("tables", db.listTables().tableNames().size()); }
            }
            """;

    private final Lambda lambda;
    private final String role;
    private final Bytes code;
    private final Figures figures;

    private SnapStartBench(Product product, Path peers, Figures figures) throws Exception {
        this.lambda = Lambda.at(product.endpoint);
        var iam = Iam.at(product.endpoint);
        this.role = iam.createRole(Product.caller(),
                Iam.CreateRoleRequest.of(r -> r.roleName("snap").assumeRolePolicyDocument(
                LambdaBench.TRUST))).role().arn();
        iam.attachRolePolicy(Product.caller(), Iam.AttachRolePolicyRequest.of(r -> r.roleName("snap")
                .policyArn("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess")));
        this.code = Bytes.of(code(peers));
        this.figures = figures;
    }

    static void run(Path launcher, Path peers, Figures figures) throws Exception {
        figures.chapter("Cold starts of Java functions with AWS's SDK for DynamoDB in the init: one, and five at once");
        try (var product = Product.start(launcher)) {
            var bench = new SnapStartBench(product, peers, figures);
            for (var runtime : List.of("java25", "java17")) {
                bench.run(runtime);
            }
        }
    }

    private void run(String runtime) throws Exception {
        lambda.createFunction(Product.caller(),
                Lambda.CreateFunctionRequest.of(r -> r.functionName(runtime).runtime(runtime)
                .handler("Heavy::handle").role(role).timeout(30).memorySize(1024)
                        .code(Lambda.FunctionCode.of(c -> c.zipFile(code)))
                .snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions")))));
        alone(runtime);
        var latest = new double[RUNS][];
        var snapped = new double[RUNS][];
        var publishing = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            change(runtime, "five " + i);
            latest[i] = burst(runtime, "$LATEST");
            long begun = System.nanoTime();
            var version = published(runtime);
            publishing[i] = (System.nanoTime() - begun) / 1e6;
            Product.pause(1000);
            snapped[i] = burst(runtime, version);
        }
        tell(runtime + " without SnapStart", latest);
        tell(runtime + " with SnapStart", snapped);
        figures.add(runtime + ", a version is published", Load.median(publishing), "ms", "with two inits");
    }

    /** The plain cold start, one after the other. */
    private void alone(String runtime) throws Exception {
        var times = new double[ALONE];
        for (int i = 0; i < ALONE; i++) {
            change(runtime, "alone " + i);
            times[i] = called(runtime, "$LATEST");
        }
        figures.add(runtime + " without SnapStart, one cold start", Load.median(times), "ms", "median of " + ALONE);
    }

    /** Makes every environment start anew. */
    private void change(String function, String run) throws Exception {
        lambda.updateFunctionConfiguration(Product.caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                r -> r.functionName(function).description(run)));
        Product.pause(1000);
    }

    private void tell(String name, double[][] runs) {
        for (int place = 0; place < CALLERS; place++) {
            int at = place;
            figures.add(name + ", answer " + (place + 1) + " of 5",
                    Load.median(Arrays.stream(runs).mapToDouble(run -> run[at]).toArray()), "ms", "");
        }
    }

    private String published(String function) throws Exception {
        var version = lambda.publishVersion(Product.caller(),
                Lambda.PublishVersionRequest.of(r -> r.functionName(function))).version();
        while (true) {
            var state = lambda.getFunctionConfiguration(Product.caller(), Lambda.GetFunctionConfigurationRequest.of(
                    r -> r.functionName(function).qualifier(version))).state();
            if (!"Pending".equals(state)) {
                return version;
            }
            Product.pause(20);
        }
    }

    /** How long each of some callers at once waits for its answer, the shortest first. */
    private double[] burst(String function, String qualifier) throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var times = new double[CALLERS];
            var calls = callers.invokeAll(Collections.<Callable<Double>>nCopies(CALLERS,
                    () -> called(function, qualifier)));
            for (int i = 0; i < CALLERS; i++) {
                times[i] = calls.get(i).get();
            }
            Arrays.sort(times);
            return times;
        }
    }

    private double called(String function, String qualifier) {
        long begun = System.nanoTime();
        var answer = lambda.invoke(Product.caller(), Lambda.InvokeRequest.of(
                r -> r.functionName(function).qualifier(qualifier)));
        double took = (System.nanoTime() - begun) / 1e6;
        if (answer.functionError() != null) {
            throw new IllegalStateException(new String(answer.payload().array(), StandardCharsets.UTF_8));
        }
        return took;
    }

    private static byte[] code(Path peers) throws IOException {
        List<Path> jars;
        try (var all = Files.list(peers)) {
            jars = all.filter(jar -> NEEDED.matcher(jar.getFileName().toString()).matches()).sorted().toList();
        }
        var folder = Files.createTempDirectory("aloft-bench-heavy");
        var source = Files.writeString(folder.resolve("Heavy.java"), SOURCE);
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "--release", "11", "-cp",
                jars.stream().map(Path::toString).collect(Collectors.joining(":")), source.toString());
        if (failed != 0) {
            throw new IOException("the function does not compile against the jars in " + peers);
        }
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            put(zip, "Heavy.class", folder.resolve("Heavy.class"));
            for (var jar : jars) {
                put(zip, "lib/" + jar.getFileName(), jar);
            }
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, Path file) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        Files.copy(file, zip);
        zip.closeEntry();
    }
}
