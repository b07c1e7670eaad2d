package dev.aloft.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** SecureString parameters under keys of KMS, where policies are asked. */
class SecureValuesTest {
    private static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r",
            null, 0, "http://localhost:4566", "127.0.0.1", "test");
    private static final Map<String, String> CONTEXT =
            Map.of("PARAMETER_ARN", "arn:aws:ssm:us-east-1:111122223333:parameter/secret");

    private final MemoryStore memory = new MemoryStore();
    private final FlakyStore store = new FlakyStore(memory);
    private final TestTime time = new TestTime();
    private final LocalEndpoint endpoint =
            new LocalEndpoint((operation, caller, input, service) -> admit().admit(operation, caller, input, service),
                    store::inTransaction);
    private final TestKeys keys = new TestKeys(ROOT, store, time, endpoint);
    private final SsmService service = new SsmService(store, KeyFile.inMemory(), time, endpoint, new Targets());
    private final Ssm ssm = Ssm.at(endpoint);
    private final Kms kms = Kms.at(endpoint);

    SecureValuesTest() {
        endpoint.add(keys.service());
        endpoint.add(service);
    }

    private TestKeys admit() {
        return keys;
    }

    private void put(Caller caller, String keyId, String tier, String value) {
        ssm.putParameter(caller, Ssm.PutParameterRequest.of(r -> r.name("/secret").type("SecureString").keyId(keyId)
                .tier(tier).value(value).overwrite(true)));
    }

    private String get(Caller caller, boolean decrypt) {
        return ssm.getParameter(caller, Ssm.GetParameterRequest.of(r -> r.name("/secret").withDecryption(decrypt)))
                .parameter().value();
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessageStartingWith(message)
                .hasMessageContaining(" (Service: AWSKMS; Status Code: 400; Error Code: ");
    }

    @Test
    void withAwssOwnKeyParametersAreEnough() {
        var ann = keys.user("ann", "ssm:*");
        put(ann, null, null, "open sesame");
        assertThat(keys.asked()).containsExactly("Encrypt by arn:aws:iam::111122223333:user/ann");
        assertThat(get(ann, true)).isEqualTo("open sesame");
        assertThat(describe().keyId()).isEqualTo("alias/aws/ssm");
        assertThat(memory.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(
                entry -> new String(entry.value(), StandardCharsets.ISO_8859_1).contains("sesame")))).isFalse();
    }

    private Ssm.ParameterMetadata describe() {
        return ssm.describeParameters(ROOT, Ssm.DescribeParametersRequest.of(_ -> {})).parameters().getFirst();
    }

    @Test
    void withAKeyOfOnesOwnItMustBeAllowedToo() {
        var key = keys.key();
        var writer = keys.user("writer", "ssm:*", "kms:Encrypt");
        var reader = keys.user("reader", "ssm:*", "kms:Decrypt");
        put(writer, key, null, "open sesame");
        assertThat(describe().keyId()).isEqualTo(key);
        assertThat(get(reader, true)).isEqualTo("open sesame");
        refused("AccessDeniedException", denial("writer", "kms:Decrypt", key), () -> get(writer, true));
        refused("AccessDeniedException", denial("reader", "kms:Encrypt", key), () -> put(reader, key, null, "x"));
        assertThat(get(reader, true)).isEqualTo("open sesame");
    }

    private static String denial(String user, String action, String key) {
        return "User: arn:aws:iam::111122223333:user/" + user + " is not authorized to perform: " + action
                + " on resource: " + key + " because no identity-based policy allows the " + action + " action";
    }

    @Test
    void whatIsNotDecryptedIsKmssOwnCiphertext() {
        put(ROOT, keys.key(), null, "open sesame");
        var blob = Bytes.of(Base64.getDecoder().decode(get(ROOT, false)));
        assertThat(new String(kms.decrypt(ROOT, Kms.DecryptRequest.of(
                r -> r.ciphertextBlob(blob).encryptionContext(CONTEXT))).plaintext().array(), StandardCharsets.UTF_8))
                .isEqualTo("open sesame");
    }

    @Test
    void anAdvancedOneMayBeLonger() {
        put(ROOT, keys.key(), "Advanced", "x".repeat(8000));
        assertThat(get(ROOT, true)).isEqualTo("x".repeat(8000));
        assertThat(get(ROOT, false)).isNotEqualTo("x".repeat(8000));
    }

    @Test
    void aKeyThatIsNoGoodIsToldByKmssReason() {
        var key = keys.key();
        put(ROOT, key, null, "open sesame");
        keys.disable(key);
        refused("InvalidKeyId", key + " is disabled.", () -> get(ROOT, true));
        refused("InvalidKeyId", key + " is disabled.", () -> put(ROOT, key, null, "x"));
        keys.enable(key);
        assertThat(get(ROOT, true)).isEqualTo("open sesame");
        keys.end(key);
        refused("InvalidKeyId", key + " is pending deletion.", () -> get(ROOT, true));
        refused("InvalidKeyId", "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found.",
                () -> put(ROOT, "alias/none", null, "x"));
    }

    @Test
    void eachVersionKeepsItsKey() {
        put(ROOT, null, null, "one");
        put(ROOT, keys.key(), null, "two");
        var history = ssm.getParameterHistory(ROOT, Ssm.GetParameterHistoryRequest.of(
                r -> r.name("/secret").withDecryption(true))).parameters();
        assertThat(history).extracting(Ssm.ParameterHistory::value).containsExactly("one", "two");
        assertThat(ssm.getParameters(ROOT, Ssm.GetParametersRequest.of(r -> r.names(List.of("/secret:1", "/secret"))
                .withDecryption(true))).parameters()).extracting(Ssm.Parameter::value).containsExactly("one", "two");
        assertThat(ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(
                r -> r.path("/").withDecryption(true))).parameters()).extracting(Ssm.Parameter::value)
                .containsExactly("two");
    }

    @Test
    void aPlainParameterHasNoKey() {
        assertThatThrownBy(() -> ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
                r -> r.name("/plain").type("String").value("x").keyId("alias/aws/ssm"))))
                .hasMessage("KeyId can be specified only for a parameter of the type SecureString.");
    }
}
