package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.kinesis.KinesisService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Delivery streams that templates declare. */
class DeliveryStreamResourceTest {
    private static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r",
            null, 0, "http://localhost:4566", "127.0.0.1", "test");
    private static final String ROLE = "arn:aws:iam::111122223333:role/r";
    private static final String EXTENDED = "ExtendedS3DestinationConfiguration";

    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Outbound outbound = new Outbound();
    private final Firehose firehose = Firehose.at(endpoint);
    private final ResourceType type;

    DeliveryStreamResourceTest() {
        var service = new FirehoseService(store, KeyFile.inMemory(), new TestTime(), endpoint, (caller, _, _) -> caller,
                outbound);
        endpoint.add(service);
        endpoint.add(new KinesisService(store, KeyFile.inMemory(), new TestTime(), endpoint));
        type = service.resourceTypes().getFirst();
    }

    @AfterEach
    void close() {
        outbound.close();
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("arn:aws:cloudformation:us-east-1:111122223333:stack/app/1", "app", "Stream", "t",
                properties, Map.of());
    }

    private static Map<String, Object> bucket(Object... more) {
        var bucket = new LinkedHashMap<String, Object>(Map.of("RoleARN", ROLE, "BucketARN", "arn:aws:s3:::b"));
        for (int i = 0; i < more.length; i += 2) {
            bucket.put((String) more[i], more[i + 1]);
        }
        return bucket;
    }

    private Firehose.DeliveryStreamDescription described(String name) {
        return firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName(name)))
                .deliveryStreamDescription();
    }

    @Test
    void oneToABucketIsMadeChangedAndDeleted() {
        var before = desired(Map.of("DeliveryStreamName", "d", "DeliveryStreamType", "DirectPut", EXTENDED,
                bucket("Prefix", "a/", "CompressionFormat", "GZIP", "FileExtension", ".json.gz", "CustomTimeZone",
                        "Europe/Berlin",
                        "BufferingHints", Map.of("IntervalInSeconds", "60", "SizeInMBs", 1), "S3BackupMode", "Enabled",
                        "S3BackupConfiguration", bucket("Prefix", "backup/")),
                "DeliveryStreamEncryptionConfigurationInput", Map.of("KeyType", "AWS_OWNED_CMK"),
                "Tags", List.of(Map.of("Key", "team", "Value", "x"))));
        type.create(ROOT, before);
        var made = type.create(ROOT, before);
        assertThat(made.physicalId()).isEqualTo("d");
        assertThat(made.attributes()).containsEntry("Arn", "arn:aws:firehose:us-east-1:111122223333:deliverystream/d");
        var destination = described("d").destinations().getFirst().extendedS3DestinationDescription();
        assertThat(destination.bufferingHints().intervalInSeconds()).isEqualTo(60);
        assertThat(destination.fileExtension()).isEqualTo(".json.gz");
        assertThat(destination.s3BackupDescription().prefix()).isEqualTo("backup/");
        assertThat(described("d").deliveryStreamEncryptionConfiguration().status()).isEqualTo("ENABLED");

        var after = desired(Map.of("DeliveryStreamName", "d", EXTENDED,
                bucket("Prefix", "b/", "CompressionFormat", "ZIP",
                "S3BackupMode", "Enabled", "S3BackupConfiguration", bucket("Prefix", "other/"))));
        type.update(ROOT, "d", before, after);
        var changed = described("d").destinations().getFirst().extendedS3DestinationDescription();
        assertThat(changed.prefix()).isEqualTo("b/");
        assertThat(changed.s3BackupDescription().prefix()).isEqualTo("other/");
        assertThat(described("d").versionId()).isEqualTo("2");
        assertThat(described("d").deliveryStreamEncryptionConfiguration().status()).isEqualTo("DISABLED");
        assertThat(firehose.listTagsForDeliveryStream(ROOT, Firehose.ListTagsForDeliveryStreamRequest.of(
                r -> r.deliveryStreamName("d"))).tags()).noneMatch(tag -> tag.key().equals("team"));
        type.delete(ROOT, "d", after);
        type.delete(ROOT, "d", after);
        assertThat(type.read(ROOT, "d")).isEmpty();
    }

    @Test
    void oneToAWebServerAndOneFromAStream() {
        var http = desired(Map.of("DeliveryStreamName", "web", "HttpEndpointDestinationConfiguration", Map.of(
                "EndpointConfiguration", Map.of("Url", "https://example.com/", "Name", "n"), "RoleARN", ROLE,
                "S3Configuration", bucket())));
        type.create(ROOT, http);
        assertThat(described("web").destinations().getFirst().httpEndpointDestinationDescription()
                .endpointConfiguration().url())
                .isEqualTo("https://example.com/");
        var from = desired(Map.of("DeliveryStreamName", "from", "DeliveryStreamType", "KinesisStreamAsSource",
                "KinesisStreamSourceConfiguration", Map.of("KinesisStreamARN",
                        "arn:aws:kinesis:us-east-1:111122223333:stream/s", "RoleARN", ROLE),
                "S3DestinationConfiguration", bucket()));
        assertThatThrownBy(() -> type.create(ROOT, from)).isInstanceOf(Firehose.InvalidArgumentException.class)
                .hasMessage("Stream s under account 111122223333 not found.");
        Kinesis.at(endpoint).createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName("s").shardCount(1)));
        type.create(ROOT, from);
        assertThat(described("from").source().kinesisStreamSourceDescription().roleARN()).isEqualTo(ROLE);
        assertThat(type.replacedBy()).contains("DeliveryStreamName", "DeliveryStreamType",
                "KinesisStreamSourceConfiguration");
    }

    @Test
    void whatIsNotBuiltIsRefusedByItsName() {
        for (var other : List.of("RedshiftDestinationConfiguration", "SplunkDestinationConfiguration",
                "IcebergDestinationConfiguration", "MSKSourceConfiguration")) {
            assertThat(type.properties()).doesNotContain(other);
        }
        assertThatThrownBy(() -> type.create(ROOT, desired(Map.of("DeliveryStreamName", "d", EXTENDED,
                bucket("DataFormatConversionConfiguration", Map.of("Enabled", true))))))
                .hasMessage("Data format conversion is not built in Aloft yet.");
    }
}
