package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KinesisResourcesTest {
    private static final Caller ROOT =
        new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");
    private static final String ARN = "arn:aws:kinesis:us-east-1:111122223333:stream/s";

    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Kinesis kinesis = Kinesis.at(endpoint);
    private final KinesisService service = new KinesisService(store, KeyFile.inMemory(), new TestTime(), endpoint);

    @BeforeEach
    void start() {
        endpoint.add(service);
    }

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals("AWS::Kinesis::" + name)).findFirst()
            .orElseThrow();
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("stack-id", "stack", "It", "token", properties, Map.of());
    }

    @Test
    void aStreamWhoseTemplateCountsNoShardsAnyMoreHasOne() {
        var two = desired(Map.of("Name", "s", "ShardCount", 2));
        type("Stream").create(ROOT, two);
        type("Stream").update(ROOT, "s", two, desired(Map.of("Name", "s")));
        assertThat(kinesis.describeStreamSummary(ROOT, Kinesis.DescribeStreamSummaryRequest.of(r -> r.streamName("s")))
            .streamDescriptionSummary().openShardCount()).isEqualTo(1);
    }

    private int shards() {
        return kinesis.describeStreamSummary(ROOT, Kinesis.DescribeStreamSummaryRequest.of(r -> r.streamName("s")))
            .streamDescriptionSummary().openShardCount();
    }

    @Test
    void aStreamOnDemandIsNotTheOneWithACount() {
        var mode = Map.of("StreamMode", "ON_DEMAND");
        assertThatThrownBy(() -> type("Stream").create(ROOT, desired(Map.of("Name", "s", "ShardCount", 2,
            "StreamModeDetails", mode)))).hasMessage("ShardCount is not expected when StreamMode=ON_DEMAND");
        var demand = desired(Map.of("Name", "s", "StreamModeDetails", mode));
        type("Stream").create(ROOT, demand);
        assertThat(shards()).isEqualTo(4);
        var two = desired(Map.of("Name", "s", "ShardCount", 2));
        type("Stream").update(ROOT, "s", demand, two);
        assertThat(shards()).isEqualTo(2);
        type("Stream").update(ROOT, "s", two, demand);
        assertThat(shards()).as("it keeps its shards").isEqualTo(2);
    }

    @Test
    void aStreamIsWarmedAsItsTemplateSays() {
        kinesis.updateAccountSettings(ROOT, Kinesis.UpdateAccountSettingsRequest.of(
            r -> r.minimumThroughputBillingCommitment(
                Kinesis.MinimumThroughputBillingCommitmentInput.of(c -> c.status("ENABLED")))));
        var mode = Map.of("StreamMode", "ON_DEMAND");
        var warm = desired(Map.of("Name", "s", "StreamModeDetails", mode, "WarmThroughputMiBps", 6));
        type("Stream").create(ROOT, warm);
        assertThat(shards()).isEqualTo(6);
        type("Stream").update(ROOT, "s", warm, desired(Map.of("Name", "s", "StreamModeDetails", mode,
            "WarmThroughputMiBps", "9")));
        assertThat(shards()).isEqualTo(9);
    }

    @Test
    void aPolicyIsThereUntilItIsDeleted() {
        type("Stream").create(ROOT, desired(Map.of("Name", "s")));
        var wanted = desired(Map.of("ResourceArn", ARN, "ResourcePolicy", Map.of("Version", "2012-10-17", "Statement",
            List.of(Map.of("Effect", "Allow", "Principal", "*", "Action", "kinesis:GetRecords", "Resource", ARN)))));
        assertThat(type("ResourcePolicy").create(ROOT, wanted).physicalId()).isEqualTo(ARN);
        assertThat(type("ResourcePolicy").read(ROOT, ARN)).isPresent();
        type("ResourcePolicy").delete(ROOT, ARN, wanted);
        type("ResourcePolicy").delete(ROOT, ARN, wanted);
        assertThat(type("ResourcePolicy").read(ROOT, ARN)).isEmpty();
    }

    /** Another list of tags is another consumer, which cannot have the same name. */
    @Test
    void aConsumerIsReplacedForItsTags() {
        type("Stream").create(ROOT, desired(Map.of("Name", "s")));
        var consumer = type("StreamConsumer");
        assertThat(consumer.replacedBy()).contains("Tags");
        var first = desired(Map.of("StreamARN", ARN, "ConsumerName", "c"));
        assertThat(consumer.create(ROOT, first)).isEqualTo(consumer.create(ROOT, first));
        assertThatThrownBy(() -> consumer.create(ROOT, desired(Map.of("StreamARN", ARN, "ConsumerName", "c",
            "Tags", List.of(Map.of("Key", "a", "Value", "b")))))).isInstanceOf(Kinesis.ResourceInUseException.class);
    }
}
