package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Key;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams with a key of KMS. */
class EncryptionTest extends KinesisFixture {
    private String key;

    @BeforeEach
    void makeStream() {
        gate = keys;
        key = keys.key();
        stream(1);
        encrypt(ROOT, key);
    }

    private void encrypt(Caller caller, String keyId) {
        kinesis.startStreamEncryption(caller, Kinesis.StartStreamEncryptionRequest.of(
            r -> r.streamName("s").encryptionType("KMS").keyId(keyId)));
    }

    private Kinesis.PutRecordResponse put(Caller caller, String text) {
        return kinesis.putRecord(caller, Kinesis.PutRecordRequest.of(
            r -> r.streamName("s").partitionKey("k").data(bytes(text))));
    }

    private List<Kinesis.Record> get(Caller caller) {
        var iterator = iterator(0, "TRIM_HORIZON");
        return kinesis.getRecords(caller, Kinesis.GetRecordsRequest.of(r -> r.shardIterator(iterator))).records();
    }

    private List<String> kept() {
        var data = new KinesisData();
        return store.in("kinesis").read(tx -> data.records.range(tx, Key.EMPTY)
            .map(row -> new String(row.value().data().array(), StandardCharsets.ISO_8859_1)).toList());
    }

    @Test
    void recordsAreReadAsTheyWerePutAndAreNotInTheStore() {
        assertThat(put(ROOT, "a secret of the stream").encryptionType()).isEqualTo("KMS");
        kinesis.stopStreamEncryption(ROOT, Kinesis.StopStreamEncryptionRequest.of(
            r -> r.streamName("s").encryptionType("KMS").keyId(key)));
        put(ROOT, "no secret");
        assertThat(texts(get(ROOT))).containsExactly("a secret of the stream", "no secret");
        assertThat(get(ROOT).getFirst().encryptionType()).isEqualTo("KMS");
        assertThat(kept()).noneMatch(it -> it.contains("a secret")).anyMatch(it -> it.contains("no secret"));
    }

    @Test
    void whoPutsMayMakeDataKeysAndWhoReadsMayDecrypt() {
        var none = keys.user("none", "kinesis:*");
        var denied = "User: arn:aws:iam::111122223333:user/none is not authorized to perform: kms:GenerateDataKey on"
            + " resource: " + key + " because no identity-based policy allows the kms:GenerateDataKey action";
        refused("KMSAccessDeniedException", denied, () -> put(none, "r"));
        refused("KMSAccessDeniedException", denied, () -> kinesis.putRecords(none, Kinesis.PutRecordsRequest.of(
            r -> r.streamName("s").records(List.of(
                Kinesis.PutRecordsRequestEntry.of(e -> e.partitionKey("k").data(bytes("r"))))))));
        put(keys.user("producer", "kinesis:*", "kms:GenerateDataKey"), "r");
        assertThatThrownBy(() -> get(none)).isInstanceOf(Kinesis.KMSAccessDeniedException.class)
            .hasMessageStartingWith("User AIDAnone is not authorized to decrypt records in stream 111122223333:s:");
        assertThat(texts(get(keys.user("consumer", "kinesis:*", "kms:Decrypt")))).containsExactly("r");
    }

    @Test
    void aConsumerWithEnhancedFanOutMayDecryptToo() {
        put(ROOT, "r");
        var consumer = kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
            r -> r.streamARN(ARN).consumerName("c"))).consumer().consumerARN();
        var request = Kinesis.SubscribeToShardRequest.of(r -> r.consumerARN(consumer).shardId("shardId-000000000000")
            .startingPosition(Kinesis.StartingPosition.of(p -> p.type("TRIM_HORIZON"))));
        var reader = keys.user("reader", "kinesis:*", "kms:Decrypt");
        var event = kinesis.subscribeToShard(reader, request).eventStream().next();
        assertThat(event).isInstanceOfSatisfying(Kinesis.SubscribeToShardEventStream.SubscribeToShardEvent.class,
            it -> assertThat(texts(it.value().records())).containsExactly("r"));
    }

    @Test
    void aKeyThatIsNoGoodIsMissedWhenTheDataKeyIsTooOld() {
        put(ROOT, "r");
        keys.disable(key);
        put(ROOT, "s");
        time.advance(Duration.ofMinutes(5));
        refused("KMSDisabledException", key + " is disabled.", () -> put(ROOT, "t"));
        refused("KMSDisabledException", key + " is disabled.", () -> get(ROOT));
        keys.end(key);
        refused("KMSInvalidStateException", key + " is pending deletion.", () -> put(ROOT, "t"));
        keys.keep(key);
        assertThat(texts(get(ROOT))).containsExactly("r", "s");
    }

    @Test
    void theKeyIsAskedForWhenEncryptionStarts() {
        refused("KMSNotFoundException", "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found.",
            () -> encrypt(ROOT, "alias/none"));
        assertThatThrownBy(() -> encrypt(keys.user("none", "kinesis:*"), key))
            .isInstanceOf(Kinesis.KMSAccessDeniedException.class);
        encrypt(keys.user("none", "kinesis:*"), "alias/aws/kinesis");
        put(keys.user("none", "kinesis:*"), "r");
        assertThat(texts(get(ROOT))).containsExactly("r");
    }
}
