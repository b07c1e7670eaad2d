package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kms;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Delivery streams under keys of KMS, where policies are asked. */
class StreamKeysTest {
    private static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r",
            null, 0, "http://localhost:4566", "127.0.0.1", "test");

    private final TestTime time = new TestTime();
    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((operation, caller, input, service) ->
            keys().admit(operation, caller, input, service), store::inTransaction);
    private final TestKeys keys = new TestKeys(ROOT, store, time, endpoint);
    private final List<String> delivered = Collections.synchronizedList(new ArrayList<>());
    private final Outbound outbound = new Outbound();
    private final FirehoseService service = new FirehoseService(store, KeyFile.inMemory(), time, this::call,
            (caller, _, _) -> caller, outbound);
    private final Workers workers = new Workers(time, service.workers());
    private final Firehose firehose = Firehose.at(endpoint);
    private String key;

    private TestKeys keys() {
        return keys;
    }

    /** KMS is there; what goes to a bucket is noted. */
    private Shape call(Operation operation, Caller caller, Shape input) {
        if (operation.service() == Kms.MODEL) {
            return endpoint.call(operation, caller, input);
        }
        delivered.add(new String(((S3.PutObjectRequest) input).body().bytes(1 << 20), StandardCharsets.UTF_8));
        return S3.PutObjectResponse.of(_ -> { });
    }

    @BeforeEach
    void aKey() {
        endpoint.add(keys.service());
        endpoint.add(service);
        workers.start();
        key = keys.key();
    }

    @AfterEach
    void close() {
        workers.close();
        outbound.close();
    }

    private static Firehose.DeliveryStreamEncryptionConfigurationInput under(String keyArn) {
        return Firehose.DeliveryStreamEncryptionConfigurationInput.of(
                e -> e.keyType("CUSTOMER_MANAGED_CMK").keyARN(keyArn));
    }

    private void create(Caller caller, Firehose.DeliveryStreamEncryptionConfigurationInput encryption) {
        firehose.createDeliveryStream(caller, Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .deliveryStreamEncryptionConfigurationInput(encryption)
                .extendedS3DestinationConfiguration(Firehose.ExtendedS3DestinationConfiguration.of(d -> d
                        .roleARN("arn:aws:iam::111122223333:role/r").bucketARN("arn:aws:s3:::b")))));
    }

    private Boolean put(String text) {
        return firehose.putRecord(ROOT, Firehose.PutRecordRequest.of(r -> r.deliveryStreamName("d").record(
                Firehose.Record.of(it -> it.data(Bytes.of(text.getBytes(StandardCharsets.UTF_8))))))).encrypted();
    }

    private List<Kms.GrantListEntry> grants() {
        return Kms.at(endpoint).listGrants(ROOT, Kms.ListGrantsRequest.of(r -> r.keyId(key))).grants();
    }

    @Test
    void whoeverChoosesAKeyGrantsFirehoseItsUse() {
        var maker = keys.user("maker", "firehose:*", "iam:PassRole");
        assertThatThrownBy(() -> create(maker, under(key)))
                .isInstanceOfSatisfying(Firehose.InvalidKMSResourceException.class,
                        error -> assertThat(error.detail().code()).isEqualTo("AccessDeniedException"))
                .hasMessageContaining("kms:CreateGrant");
        create(keys.user("granter", "firehose:*", "iam:PassRole", "kms:CreateGrant"), under(key));
        assertThat(grants()).extracting(Kms.GrantListEntry::granteePrincipal)
                .containsExactly("firehose.amazonaws.com");
        assertThat(put("one")).isTrue();
        time.advance(Duration.ofMinutes(5));
        assertThat(delivered).containsExactly("one");
        firehose.stopDeliveryStreamEncryption(ROOT,
                Firehose.StopDeliveryStreamEncryptionRequest.of(r -> r.deliveryStreamName("d")));
        assertThat(grants()).isEmpty();
        assertThat(put("two")).isFalse();
    }

    @Test
    void withoutItsKeyAStreamTakesAndDeliversNothing() {
        create(ROOT, under(key));
        put("one");
        keys.disable(key);
        time.advance(Duration.ofMinutes(6));
        assertThat(delivered).isEmpty();
        assertThatThrownBy(() -> put("two")).isInstanceOf(Firehose.InvalidKMSResourceException.class)
                .hasMessage(key + " is disabled.");
        keys.enable(key);
        time.advance(Duration.ofHours(1));
        assertThat(delivered).containsExactly("one");
        firehose.deleteDeliveryStream(ROOT, Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")));
        assertThat(grants()).isEmpty();
    }

    @Test
    void aCustomersKeyIsNamedAndNoOther() {
        assertThatThrownBy(() -> create(ROOT, under(null)))
                .hasMessage("KeyARN must be specified for the KeyType CUSTOMER_MANAGED_CMK.");
        create(ROOT, Firehose.DeliveryStreamEncryptionConfigurationInput.of(e -> e.keyType("AWS_OWNED_CMK")));
        assertThat(put("one")).isTrue();
        assertThat(keys.asked()).isEmpty();
        firehose.startDeliveryStreamEncryption(ROOT, Firehose.StartDeliveryStreamEncryptionRequest.of(
                r -> r.deliveryStreamName("d").deliveryStreamEncryptionConfigurationInput(under(key))));
        assertThat(grants()).hasSize(1);
    }
}
