package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.UserPolicies;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.sandbox.Isolation;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.kms.TestKeys;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.RuntimeSources;
import dev.aloft.service.logs.LogsService;
import dev.aloft.wire.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Lambda with logs beside it, real sandboxes, a store in memory and a clock to be moved. */
final class TestLambda implements AutoCloseable {
    final TestTime time = new TestTime();
    final Store store;
    final LocalEndpoint endpoint;
    final Lambda lambda;
    final Logs logs;
    final Ecr ecr;
    final LambdaService service;
    final Metrics metrics;
    final Targets targets = new Targets();
    /** Names of operations that roles may not carry out. */
    final Set<String> denied = ConcurrentHashMap.newKeySet();
    final TestKeys keys;
    private final Sandboxes sandboxes;
    private final Workers workers;

    TestLambda(Path folder) {
        this(folder, new FlakyStore(new MemoryStore()));
    }

    TestLambda(Path folder, Optional<Isolation> isolation) {
        this(folder, new FlakyStore(new MemoryStore()), isolation);
    }

    TestLambda(Path folder, Store store) {
        this(folder, store, Optional.empty());
    }

    /** Whose accounts have room for so many bytes of packages. */
    TestLambda(Path folder, long codeBytes) {
        this(folder, new FlakyStore(new MemoryStore()), Optional.empty(), codeBytes);
    }

    private TestLambda(Path folder, Store store, Optional<Isolation> isolation) {
        this(folder, store, isolation, 80_530_636_800L);
    }

    private TestLambda(Path folder, Store store, Optional<Isolation> isolation, long codeBytes) {
        this.store = store;
        endpoint = new LocalEndpoint(this::admit, store::inTransaction);
        keys = new TestKeys(caller(), store, time, endpoint);
        endpoint.add(keys.service());
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), LambdaService.library(folder.resolve("lambda")),
                isolation);
        metrics = new Metrics(endpoint, time);
        var contents = new Contents(folder.resolve("images"), time);
        endpoint.add(new dev.aloft.service.ecr.EcrService(store, contents, KeyFile.inMemory(), time, endpoint, () ->
            false, targets));
        ecr = Ecr.at(endpoint);
        service = new LambdaService(store, new Blobs(folder.resolve("blobs")), contents, sandboxes,
                folder.resolve("lambda"),
                new RuntimeSources(Optional.empty(), Optional.empty(), false),
                new LambdaService.Quotas(1_000, codeBytes), metrics, endpoint, endpoint, targets, new TestRoles(),
                new TestAccess(), () -> "http://127.0.0.1:4566", time);
        var logsService = new LogsService(store, time, endpoint, targets, (service, _, _) -> service);
        endpoint.add(new dev.aloft.service.cloudwatch.CloudWatchService(store, time, endpoint));
        endpoint.add(service);
        endpoint.add(logsService);
        lambda = Lambda.at(endpoint);
        logs = Logs.at(endpoint);
        workers = new Workers(time, service.workers());
        workers.start();
        service.start();
    }

    private void admit(Operation operation, Caller caller, Shape input, Service called) {
        if (called == keys.service()) {
            keys.admit(operation, caller, input, called);
        }
        if (caller.principal() instanceof Principal.RoleSession && denied.contains(operation.name())) {
            throw ApiError.of("AccessDeniedException", 403, "no");
        }
    }

    /** Every role trusts Lambda but the one named "stranger". */
    private record TestRoles() implements ExecutionRoles {
        @Override
        public Session assume(Caller lambda, String role, String name) {
            return new Session(lambda.as(new Principal.RoleSession(role, "AROAEXAMPLE", name, null)), "ASIAEXAMPLE",
                    "secret", "token");
        }

        @Override
        public boolean trusted(Caller lambda, String role) {
            return !role.endsWith("/stranger");
        }
    }

    /** Signed requests are the account's own; the others are judged by resource policies. */
    private final class TestAccess implements UrlAccess {
        private final Authorizer authorizer = new Authorizer(UserPolicies.none(), time);

        @Override
        public Signed signed(HttpRequest request, String requestId) {
            if (!request.headers().has("authorization")) {
                throw ApiError.of("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
            }
            return new Signed(caller().withRequestId(requestId), request);
        }

        @Override
        public void require(Caller caller, Access access, Service service) {
            authorizer.require(caller, access, service);
        }
    }

    static Caller caller() {
        return new Caller("123456789012", "eu-central-1", new Principal.Root("123456789012"),
                UUID.randomUUID().toString(), null, 0,
                "http://127.0.0.1:4566", "127.0.0.1", null);
    }

    static Bytes zip(Map<String, String> files) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.of(bytes.toByteArray());
    }

    Lambda.FunctionConfiguration create(String name, String runtime, String handler, Map<String, String> files,
            Consumer<Lambda.CreateFunctionRequest.Builder> more) {
        return lambda.createFunction(caller(), Lambda.CreateFunctionRequest.of(r -> {
            r.functionName(name).runtime(runtime).handler(handler).role("arn:aws:iam::123456789012:role/test")
                    .code(Lambda.FunctionCode.of(c -> c.zipFile(zip(files))));
            more.accept(r);
        }));
    }

    /** A function of one file, named so that its handler is {@code index.handler}. */
    void create(String name, String runtime, String source) {
        // A busy machine is slow; tests of timeouts say theirs.
        create(name, runtime, "index.handler", Map.of(runtime.startsWith("python") ? "index.py" : "index.js", source),
                r -> r.timeout(20));
    }

    Lambda.InvokeResponse invoke(String name, String event) {
        return lambda.invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName(name).logType("Tail")
                .payload(Bytes.of(event.getBytes(StandardCharsets.UTF_8)))));
    }

    static String payload(Lambda.InvokeResponse response) {
        return new String(response.payload().array(), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> json(Lambda.InvokeResponse response) {
        return (Map<String, Object>) JsonReader.tree(response.payload().array());
    }

    static List<String> tail(Lambda.InvokeResponse response) {
        return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8).lines().toList();
    }

    @Override
    public void close() {
        workers.close();
        service.close();
        sandboxes.close();
        // The store is the one that lasts.
    }
}
