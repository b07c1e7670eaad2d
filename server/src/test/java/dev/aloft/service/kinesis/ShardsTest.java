package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Kinesis;
import dev.aloft.kernel.time.TestTime;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the number of a stream's shards is changed, and how its shards are listed. */
class ShardsTest extends KinesisFixture {
    /** How many shards there are then, closed ones too, was seen on AWS. */
    @ParameterizedTest
    @CsvSource({"2, 4, 6", "4, 5, 15", "10, 13, 37", "4, 2, 6", "5, 3, 7"})
    void anotherNumberOfShardsIsReachedBySplitsAndMerges(int before, int after, int all) {
        stream(before);
        put("a", "1");
        count(after);
        assertThat(shards()).hasSize(all);
        var open = shards().stream().filter(it -> it.sequenceNumberRange().endingSequenceNumber() == null)
            .sorted(Comparator.comparing(ShardsTest::from)).toList();
        assertThat(open).hasSize(after);
        var next = BigInteger.ZERO;
        for (var shard : open) {
            assertThat(from(shard)).as("no hash key is without a shard").isEqualTo(next);
            next = new BigInteger(shard.hashKeyRange().endingHashKey()).add(BigInteger.ONE);
        }
        assertThat(next).isEqualTo(BigInteger.TWO.pow(128));
        assertThat(lineage(open.getFirst())).as("from a shard to those that it came from")
            .contains("shardId-000000000000");
    }

    private static BigInteger from(Kinesis.Shard shard) {
        return new BigInteger(shard.hashKeyRange().startingHashKey());
    }

    private List<String> lineage(Kinesis.Shard shard) {
        var all = new ArrayList<String>();
        for (var id = shard.parentShardId(); id != null; ) {
            var parent = id;
            all.add(parent);
            id = shards().stream().filter(it -> it.shardId().equals(parent)).findFirst().orElseThrow().parentShardId();
        }
        return all;
    }

    @Test
    void theNumberIsChangedTenTimesADay() {
        stream(2);
        for (int i = 0; i < 10; i++) {
            count(i % 2 == 0 ? 4 : 2);
            time.advance(Duration.ofMinutes(1));
        }
        refused("LimitExceededException",
            "Rate exceeded for stream s under account 111122223333.", () -> count(4));
        time.advance(Duration.ofHours(24).minusMinutes(9));
        count(4);
    }

    @Test
    void theModeIsChangedTwiceADayAndShardsOnDemandAreNotChangedByHand() {
        stream(2);
        mode("ON_DEMAND");
        var demand = "Request is invalid. Stream s under account 111122223333 is in On-Demand mode.";
        refused("ValidationException", demand, () -> count(4));
        refused("ValidationException", demand, () -> split("shardId-0", "5"));
        refused("ValidationException", demand, () -> merge("shardId-0", "shardId-1"));
        assertThat(filtered("AT_LATEST")).as("the shards stay").hasSize(2);
        mode("PROVISIONED");
        refused("LimitExceededException",
            "Rate exceeded for stream s under account 111122223333.", () -> mode("ON_DEMAND"));
    }

    private void mode(String mode) {
        kinesis.updateStreamMode(ROOT, Kinesis.UpdateStreamModeRequest.of(
            r -> r.streamARN(ARN).streamModeDetails(Kinesis.StreamModeDetails.of(m -> m.streamMode(mode)))));
    }

    @Test
    void anAccountHasFiftyStreamsOnDemand() {
        for (int i = 0; i < 50; i++) {
            onDemand("s" + i);
        }
        refused("LimitExceededException",
            "This request would exceed the on-demand stream limit for the account 111122223333 in "
            + "us-east-1. Limit: 50.", () -> onDemand("more"));
        stream(1);
        assertThat(kinesis.describeLimits(ROOT, Kinesis.DescribeLimitsRequest.of(_ -> { }))).satisfies(limits -> {
            assertThat(limits.openShardCount()).isEqualTo(1);
            assertThat(limits.onDemandStreamCount()).isEqualTo(50);
        });
    }

    private void onDemand(String name) {
        kinesis.createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName(name)
            .streamModeDetails(Kinesis.StreamModeDetails.of(m -> m.streamMode("ON_DEMAND")))));
    }

    private Kinesis.ListShardsResponse list(Consumer<Kinesis.ListShardsRequest.Builder> with) {
        return kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(with));
    }

    @Test
    void aListGoesOnForFiveMinutes() {
        stream(5);
        var first = list(r -> r.streamARN(ARN).maxResults(3));
        assertThat(first.shards()).hasSize(3);
        assertThat(list(r -> r.nextToken(first.nextToken())).shards()).extracting(Kinesis.Shard::shardId)
            .containsExactly("shardId-000000000003", "shardId-000000000004");
        refused("InvalidArgumentException", "NextToken and StreamName cannot be provided together.",
            () -> list(r -> r.streamName("s").nextToken(first.nextToken())));
        refused("InvalidArgumentException", "Invalid NextToken.", () -> list(r -> r.nextToken("none")));
        time.advance(Duration.ofSeconds(301));
        refused("ExpiredNextTokenException", "The NextToken provided has expired. Start the operation over without it.",
            () -> list(r -> r.nextToken(first.nextToken())));
    }

    @Test
    void aStreamThatWasMadeAtAnotherTimeIsNotTheOneThatIsMeant() {
        stream(1);
        assertThat(list(r -> r.streamName("s").streamCreationTimestamp(TestTime.START)).shards()).hasSize(1);
        refused("ResourceNotFoundException", "Stream s under account 111122223333 not found.",
            () -> list(r -> r.streamName("s").streamCreationTimestamp(TestTime.START.plusSeconds(1))));
    }

    @Test
    void filtersChooseShardsByTheTimeAtWhichTheyWereOpen() {
        stream(1);
        time.advance(Duration.ofMinutes(1));
        split("shardId-0", "170141183460469231731687303715884105728");
        time.advance(Duration.ofMinutes(1));
        assertThat(filtered(f -> f.type("AFTER_SHARD_ID").shardId("shardId-000000000001")))
            .containsExactly("shardId-000000000002");
        assertThat(filtered(f -> f.type("AT_TIMESTAMP").timestamp(TestTime.START.plusSeconds(30))))
            .containsExactly("shardId-000000000000");
        assertThat(filtered(f -> f.type("FROM_TIMESTAMP").timestamp(TestTime.START.plusSeconds(30)))).hasSize(3);
        assertThat(filtered(f -> f.type("FROM_TIMESTAMP").timestamp(TestTime.START.plusSeconds(90)))).hasSize(2);
        refused("InvalidArgumentException", "ShardId must be provided when the ShardFilter Type is AFTER_SHARD_ID.",
            () -> filtered(f -> f.type("AFTER_SHARD_ID")));
        refused("InvalidArgumentException", "Timestamp must be provided for ShardFilter of type AT_TIMESTAMP.",
            () -> filtered(f -> f.type("AT_TIMESTAMP")));
    }

    private List<String> filtered(Consumer<Kinesis.ShardFilter.Builder> with) {
        return list(r -> r.streamName("s").shardFilter(Kinesis.ShardFilter.of(with))).shards().stream()
            .map(Kinesis.Shard::shardId).toList();
    }

    @Test
    void aRecordMayBeAsLargeAsItsStreamSays() {
        stream(1);
        kinesis.updateMaxRecordSize(ROOT, Kinesis.UpdateMaxRecordSizeRequest.of(r -> r.streamARN(ARN)
            .maxRecordSizeInKiB(10_240)));
        put("a", "x".repeat((10 << 20) - 1));
        assertThat(get(iterator(0, "TRIM_HORIZON")).records()).hasSize(1);
        refused("ValidationException",
            "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=10485760 cap=10485760]' "
            + "at 'data' failed to satisfy constraint: Member must have length less than or equal to 10485760",
            () -> put("a", "x".repeat(10 << 20)));
    }
}
