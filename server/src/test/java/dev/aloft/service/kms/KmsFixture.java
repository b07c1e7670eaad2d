package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.UserPolicies;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/** KMS behind the one door, where policies are asked, on a store at its worst. */
abstract class KmsFixture {
    static final String ACCOUNT = "111122223333";
    static final Caller ROOT = caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT));

    /** By the ARN of a user: the policy that it has. */
    final Map<String, String> users = new HashMap<>();
    final TestTime time = new TestTime();
    final MemoryStore memory = new MemoryStore();
    final Store store = new FlakyStore(memory);
    private final Authorizer authorizer = new Authorizer(new UserPolicies(users), time);
    final LocalEndpoint door = new LocalEndpoint(authorizer, store::inTransaction);
    final KmsService service = new KmsService(store, KeyFile.inMemory(), time, door, authorizer, new Targets());
    final Kms kms = Kms.at(door);
    private final Workers workers;

    KmsFixture() {
        door.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    static Caller caller(String account, String region, Principal principal) {
        return new Caller(account, region, principal, "r", null, 0, "http://localhost:4566", "127.0.0.1", "test");
    }

    static Caller user(String name) {
        return caller(ACCOUNT, "us-east-1",
                new Principal.User("arn:aws:iam::" + ACCOUNT + ":user/" + name, "AIDA" + name, name));
    }

    static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOf(ApiError.class).hasMessage(message)
                .extracting(error -> ((ApiError) error).code()).isEqualTo(code);
    }

    Kms.KeyMetadata make(Consumer<Kms.CreateKeyRequest.Builder> with) {
        return kms.createKey(ROOT, Kms.CreateKeyRequest.of(with)).keyMetadata();
    }

    Kms.KeyMetadata make(String spec, String usage) {
        return make(r -> r.keySpec(spec).keyUsage(usage));
    }

    Kms.KeyMetadata describe(String id) {
        return kms.describeKey(ROOT, Kms.DescribeKeyRequest.of(r -> r.keyId(id))).keyMetadata();
    }

    void name(String alias, String key) {
        kms.createAlias(ROOT, Kms.CreateAliasRequest.of(r -> r.aliasName(alias).targetKeyId(key)));
    }

    Bytes encrypt(Caller caller, String key, String text, Map<String, String> context) {
        return kms.encrypt(caller, Kms.EncryptRequest.of(
                r -> r.keyId(key).plaintext(bytes(text)).encryptionContext(context))).ciphertextBlob();
    }

    String decrypt(Caller caller, Bytes blob, Map<String, String> context) {
        var plain = kms.decrypt(caller, Kms.DecryptRequest.of(r -> r.ciphertextBlob(blob).encryptionContext(context)));
        return new String(plain.plaintext().array(), StandardCharsets.UTF_8);
    }

    void end(String id, int days) {
        kms.scheduleKeyDeletion(ROOT, Kms.ScheduleKeyDeletionRequest.of(r -> r.keyId(id).pendingWindowInDays(days)));
    }

    List<String> aliases(String key) {
        return kms.listAliases(ROOT, Kms.ListAliasesRequest.of(r -> r.keyId(key))).aliases().stream()
                .map(Kms.AliasListEntry::aliasName).toList();
    }
}
