package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.aloft.api.Kinesis;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A stream takes its time where its tag says so; the refusals as AWS was seen to say them. */
class StatesTest extends KinesisFixture {
    private static final Duration LASTS = Duration.ofSeconds(30);

    private void slowStream() {
        kinesis.createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName("s").shardCount(2)
                .tags(Map.of("aloft:transition", Long.toString(LASTS.toMillis())))));
    }

    private Kinesis.StreamDescription stream() {
        return kinesis.describeStream(ROOT, Kinesis.DescribeStreamRequest.of(r -> r.streamName("s")))
                .streamDescription();
    }

    private void merge() {
        merge("shardId-0", "shardId-1");
    }

    private void notActive(String state, Executable call) {
        refused("ResourceInUseException", "Stream s under account 111122223333 not ACTIVE, instead in state " + state,
                call);
    }

    @Test
    void whileItIsMadeAStreamHasNoShards() {
        slowStream();
        assertThat(stream().streamStatus()).isEqualTo("CREATING");
        assertThat(stream().shards()).isEmpty();
        refused("ResourceNotFoundException", "Stream s under account 111122223333 not found.", () -> put("k", "x"));
        refused("ResourceNotFoundException",
                "Shard shardId-000000000000 in stream s under account 111122223333 does not exist",
                () -> iterator(0, "LATEST"));
        notActive("CREATING", this::merge);
        notActive("CREATING", () -> kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(r -> r.streamName("s"))));
        notActive("CREATING", () -> kinesis.deleteStream(ROOT, Kinesis.DeleteStreamRequest.of(r -> r.streamName("s"))));
        time.advance(LASTS);
        assertThat(stream().streamStatus()).isEqualTo("ACTIVE");
        assertThat(stream().shards()).hasSize(2);
        assertThatCode(() -> put("k", "x")).doesNotThrowAnyException();
    }

    @Test
    void whileItChangesAStreamIsReadAndWrittenButNotChangedAgain() {
        slowStream();
        time.advance(LASTS);
        merge();
        assertThat(stream().streamStatus()).isEqualTo("UPDATING");
        put("k", "x");
        assertThat(get(iterator(2, "TRIM_HORIZON")).records()).hasSize(1);
        notActive("UPDATING", () -> kinesis.increaseStreamRetentionPeriod(ROOT,
                Kinesis.IncreaseStreamRetentionPeriodRequest.of(r -> r.streamName("s").retentionPeriodHours(48))));
        kinesis.addTagsToStream(ROOT, Kinesis.AddTagsToStreamRequest.of(r -> r.streamName("s").tags(Map.of("a", "b"))));
        time.advance(LASTS);
        assertThat(stream().streamStatus()).isEqualTo("ACTIVE");
    }

    @Test
    void aStreamThatIsDeletedIsThereForAWhileStill() {
        slowStream();
        time.advance(LASTS);
        put("k", "x");
        kinesis.deleteStream(ROOT, Kinesis.DeleteStreamRequest.of(r -> r.streamName("s")));
        assertThat(stream().streamStatus()).isEqualTo("DELETING");
        assertThat(get(iterator(0, "TRIM_HORIZON")).records().size() + get(iterator(1, "TRIM_HORIZON")).records()
                .size()).isEqualTo(1);
        refused("ResourceInUseException", "Stream s under account 111122223333 already exists.", () -> stream(1));
        time.advance(LASTS);
        refused("ResourceNotFoundException", "Stream s under account 111122223333 not found.", this::stream);
        stream(1);
        assertThat(stream().shards()).hasSize(1);
    }

    @Test
    void aConsumerTakesAsLongToBeMade() {
        slowStream();
        time.advance(LASTS);
        var arn = kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
                r -> r.streamARN(ARN).consumerName("c"))).consumer().consumerARN();
        assertThat(consumer(arn)).isEqualTo("CREATING");
        var subscription = Kinesis.SubscribeToShardRequest.of(r -> r.consumerARN(arn).shardId("shardId-0")
                .startingPosition(Kinesis.StartingPosition.of(p -> p.type("LATEST"))));
        refused("ResourceInUseException", "Consumer " + arn + " is not ACTIVE.",
                () -> kinesis.subscribeToShard(ROOT, subscription));
        time.advance(LASTS);
        assertThat(consumer(arn)).isEqualTo("ACTIVE");
        assertThatCode(() -> kinesis.subscribeToShard(ROOT, subscription)).doesNotThrowAnyException();
    }

    private String consumer(String arn) {
        return kinesis.describeStreamConsumer(ROOT, Kinesis.DescribeStreamConsumerRequest.of(r -> r.consumerARN(arn)))
                .consumerDescription().consumerStatus();
    }

    /** The tags that a consumer is made with are held against the same rules as those that it is given later. */
    @Test
    void aConsumersFirstTagsHaveRulesToo() {
        stream(1);
        refused("InvalidArgumentException",
                "Some tag keys in the request started with 'aws:'. System tags cannot be modified.",
                () -> register(Map.of("aws:x", "y")));
        var many = IntStream.range(0, 51).boxed().collect(Collectors.toMap(i -> "k" + i, _ -> "v", (a, _) -> a,
                TreeMap::new));
        refused("InvalidArgumentException", "Failed to add tags to resource " + ARN + "/consumer/c:"
                + time.instant().getEpochSecond() + " under account 111122223333 because a given resource cannot have "
                + "more than 50 tags associated with it.",
                () -> register(many));
        register(Map.of("a", "b"));
    }

    private void register(Map<String, String> tags) {
        kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
                r -> r.streamARN(ARN).consumerName("c").tags(tags)));
    }
}
