package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Kinesis;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams on demand: how they grow, and how an account that has committed itself makes them ready beforehand. */
class CapacityModesTest extends KinesisFixture {
    private void onDemand(Integer warm) {
        kinesis.createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName("s").warmThroughputMiBps(warm)
            .streamModeDetails(Kinesis.StreamModeDetails.of(m -> m.streamMode("ON_DEMAND")))));
    }

    private void commit(String status) {
        kinesis.updateAccountSettings(ROOT, Kinesis.UpdateAccountSettingsRequest.of(
            r -> r.minimumThroughputBillingCommitment(
                Kinesis.MinimumThroughputBillingCommitmentInput.of(c -> c.status(status)))));
    }

    private Kinesis.MinimumThroughputBillingCommitmentOutput commitment() {
        return kinesis.describeAccountSettings(ROOT, Kinesis.DescribeAccountSettingsRequest.of(_ -> { }))
            .minimumThroughputBillingCommitment();
    }

    private Kinesis.StreamDescriptionSummary summary() {
        return kinesis.describeStreamSummary(ROOT, Kinesis.DescribeStreamSummaryRequest.of(r -> r.streamName("s")))
            .streamDescriptionSummary();
    }

    private Kinesis.WarmThroughputObject warm(int mebibytes) {
        return kinesis.updateStreamWarmThroughput(ROOT, Kinesis.UpdateStreamWarmThroughputRequest.of(
            r -> r.streamName("s").warmThroughputMiBps(mebibytes))).warmThroughput();
    }

    /** Megabytes for the first shard. */
    private void load(int megabytes) {
        var entry = Kinesis.PutRecordsRequestEntry.of(e -> e.partitionKey("a").explicitHashKey("0")
            .data(bytes("x".repeat(999_999))));
        for (int left = megabytes; left > 0; left -= 10) {
            var some = Collections.nCopies(Math.min(left, 10), entry);
            kinesis.putRecords(ROOT, Kinesis.PutRecordsRequest.of(r -> r.streamName("s").records(some)));
        }
    }

    @Test
    void aShardThatTakesMoreThanHalfOfWhatItCanForAMinuteIsSplit() {
        onDemand(null);
        time.advance(Duration.ofSeconds(60 - time.instant().getEpochSecond() % 60));
        load(30);
        time.advance(Duration.ofMinutes(1));
        assertThat(filtered("AT_LATEST")).as("500 KB a second are not too much").hasSize(4);
        load(31);
        time.advance(Duration.ofMinutes(1));
        assertThat(filtered("AT_LATEST")).containsExactly("shardId-000000000001", "shardId-000000000002",
            "shardId-000000000003", "shardId-000000000004", "shardId-000000000005");
        var children = shards().subList(4, 6);
        assertThat(children).extracting(Kinesis.Shard::parentShardId).containsOnly("shardId-000000000000");
        assertThat(new BigInteger(children.getLast().hashKeyRange().startingHashKey()))
            .isEqualTo(BigInteger.TWO.pow(125));
    }

    @Test
    void aProvisionedStreamDoesNotGrow() {
        stream(1);
        load(31);
        time.advance(Duration.ofMinutes(2));
        assertThat(shards()).hasSize(1);
    }

    @Test
    void aCommitmentLastsADayAtTheLeast() {
        assertThat(commitment().status()).isEqualTo("DISABLED");
        var began = time.instant();
        commit("ENABLED");
        assertThat(commitment()).isEqualTo(Kinesis.MinimumThroughputBillingCommitmentOutput.of(
            c -> c.status("ENABLED").startedAt(began).earliestAllowedEndAt(began.plus(Duration.ofHours(24)))));
        commit("DISABLED");
        assertThat(commitment().status()).isEqualTo("ENABLED_UNTIL_EARLIEST_ALLOWED_END");
        commit("ENABLED");
        assertThat(commitment().status()).as("its end is called off").isEqualTo("ENABLED");
        commit("DISABLED");
        time.advance(Duration.ofHours(24));
        assertThat(commitment().status()).isEqualTo("DISABLED");
        assertThat(commitment().endedAt()).isEqualTo(began.plus(Duration.ofHours(24)));
    }

    @Test
    void aCommittedAccountWarmsItsStreams() {
        commit("ENABLED");
        onDemand(6);
        assertThat(filtered("AT_LATEST")).hasSize(6);
        assertThat(summary().warmThroughput()).isEqualTo(
            Kinesis.WarmThroughputObject.of(w -> w.targetMiBps(6).currentMiBps(6)));
        assertThat(warm(25).currentMiBps()).as("more than twice as much").isEqualTo(25);
        assertThat(filtered("AT_LATEST")).hasSize(25);
        assertThat(warm(1).currentMiBps()).as("down to what each has").isEqualTo(4);
        assertThat(List.of(summary().warmThroughput().targetMiBps(), summary().openShardCount())).containsExactly(1, 4);
    }

    @Test
    void aCommittedAccountsStreamsOnDemandHaveFiftyConsumers() {
        onDemand(null);
        for (int i = 0; i < 20; i++) {
            consumer("c" + i);
        }
        refused("LimitExceededException", "Failed to register consumer more for stream s, account 111122223333. "
            + "Exceeded the limit of 20 consumers per stream.", () -> consumer("more"));
        commit("ENABLED");
        for (int i = 20; i < 50; i++) {
            consumer("c" + i);
        }
        refused("LimitExceededException", "Failed to register consumer more for stream s, account 111122223333. "
            + "Exceeded the limit of 50 consumers per stream.", () -> consumer("more"));
    }

    private void consumer(String name) {
        kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
            r -> r.streamARN(ARN).consumerName(name)));
    }

    @Test
    void othersCannotBeWarmed() {
        refused("ValidationException",
            "Account 111122223333 is not enabled for minimum throughput billing commitment",
            () -> onDemand(6));
        commit("ENABLED");
        stream(1);
        refused("ValidationException", "Warm throughput is only supported for ON_DEMAND streams",
            () -> warm(5));
        assertThat(summary().warmThroughput()).isNull();
    }
}
