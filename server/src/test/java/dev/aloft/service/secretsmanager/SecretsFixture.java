package dev.aloft.service.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/** Secrets Manager behind the one door, on a store at its worst; a function that rotates stands beside it. */
abstract class SecretsFixture {
    static final Caller ROOT = root("111122223333");
    static final Caller OTHER = root("444455556666");
    static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:rotate";

    final TestTime time = new TestTime();
    final MemoryStore memory = new MemoryStore();
    final Store store = new FlakyStore(memory);
    /** Whether a call may be carried out: everything may. */
    LocalEndpoint.Gate gate = (_, _, _, _) -> { };
    final LocalEndpoint door = new LocalEndpoint(
            (operation, caller, input, called) -> gate.admit(operation, caller, input, called), store::inTransaction);
    final SecretsManagerService service = new SecretsManagerService(store, KeyFile.inMemory(), time, this::call);
    final SecretsManager secrets = SecretsManager.at(door);
    /** What the function was told, a step each. */
    final List<Map<?, ?>> steps = Collections.synchronizedList(new ArrayList<>());
    /** By step: what the function does. */
    final Map<String, Consumer<Map<?, ?>>> function = new HashMap<>();
    boolean isAllowed = true;
    private final Workers workers;

    SecretsFixture() {
        door.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Shape call(Operation operation, Caller caller, Shape input) {
        if (operation != Lambda.INVOKE) {
            return door.call(operation, caller, input);
        }
        assertThat(caller.principal()).isInstanceOfSatisfying(Principal.Service.class,
                it -> assertThat(it.name()).isEqualTo("secretsmanager.amazonaws.com"));
        var invoke = (Lambda.InvokeRequest) input;
        if (!isAllowed || !invoke.functionName().equals(FUNCTION)) {
            throw ApiError.of("AccessDeniedException", 403, "No.");
        }
        if (invoke.invocationType().equals(Lambda.InvocationType.DRY_RUN)) {
            return Lambda.InvokeResponse.of(r -> r.statusCode(204));
        }
        return run((Map<?, ?>) JsonReader.tree(invoke.payload().array()));
    }

    private Shape run(Map<?, ?> event) {
        steps.add(event);
        try {
            function.getOrDefault((String) event.get("Step"), _ -> { }).accept(event);
            return Lambda.InvokeResponse.of(r -> r.statusCode(200).payload(bytes("null")));
        } catch (RuntimeException e) {
            return Lambda.InvokeResponse.of(
                    r -> r.statusCode(200).functionError("Unhandled").payload(bytes("\"" + e.getMessage() + "\"")));
        }
    }

    static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Caller root(String account) {
        return new Caller(account, "us-east-1", new Principal.Root(account), "r", null, 0, "http://localhost:4566",
                "127.0.0.1", "test");
    }

    static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessage(message);
    }

    static String token() {
        return UUID.randomUUID().toString();
    }

    SecretsManager.CreateSecretResponse create(String name, String value) {
        return secrets.createSecret(ROOT, SecretsManager.CreateSecretRequest.of(
                r -> r.name(name).secretString(value).clientRequestToken(token())));
    }

    String put(String id, String value, String... stages) {
        return secrets.putSecretValue(ROOT, SecretsManager.PutSecretValueRequest.of(r -> r.secretId(id)
                .secretString(value).clientRequestToken(token()).versionStages(stages.length == 0 ? null
                : List.of(stages)))).versionId();
    }

    String text(String id) {
        return get(id, null, null).secretString();
    }

    SecretsManager.GetSecretValueResponse get(String id, String version, String stage) {
        return secrets.getSecretValue(ROOT, SecretsManager.GetSecretValueRequest.of(
                r -> r.secretId(id).versionId(version).versionStage(stage)));
    }

    SecretsManager.DescribeSecretResponse describe(String id) {
        return secrets.describeSecret(ROOT, SecretsManager.DescribeSecretRequest.of(r -> r.secretId(id)));
    }

    void move(String id, String stage, String from, String to) {
        secrets.updateSecretVersionStage(ROOT, SecretsManager.UpdateSecretVersionStageRequest.of(
                r -> r.secretId(id).versionStage(stage).removeFromVersionId(from).moveToVersionId(to)));
    }

    void delete(String id, Long days, Boolean force) {
        secrets.deleteSecret(ROOT, SecretsManager.DeleteSecretRequest.of(
                r -> r.secretId(id).recoveryWindowInDays(days).forceDeleteWithoutRecovery(force)));
    }

    List<String> listed(String key, String... values) {
        return secrets.listSecrets(ROOT, SecretsManager.ListSecretsRequest.of(r -> r.filters(List.of(
                SecretsManager.Filter.of(f -> f.key(key).values(List.of(values)))))))
                .secretList().stream().map(SecretsManager.SecretListEntry::name).toList();
    }
}
