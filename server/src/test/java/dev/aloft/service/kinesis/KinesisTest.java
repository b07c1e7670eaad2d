package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.time.TestTime;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KinesisTest extends KinesisFixture {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2147483647|Shard shardId-002147483647 in stream absent under account 111122223333 does not exist",
        "any-00002147483647|Shard shardId-002147483647 in stream absent under account 111122223333 does not exist",
        "2147483648|Could not find shard 2147483648 in stream absent under account 111122223333.",
        "ABKLFD8|Could not find shard ABKLFD8 in stream absent under account 111122223333.",
        "2.14E4|Could not find shard 2.14E4 in stream absent under account 111122223333.",
    })
    void namesOfShards(String shard, String message) {
        refused("ResourceNotFoundException", message,
            () -> kinesis.getShardIterator(ROOT, Kinesis.GetShardIteratorRequest.of(
            r -> r.streamName("absent").shardId(shard).shardIteratorType("LATEST"))));
    }

    @Test
    void whatIteratorsDoNotTake() {
        stream(3);
        var rule = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
            + "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ";
        refused("InvalidArgumentException", rule + "AT_SEQUENCE_NUMBER and no StartingSequenceNumber.",
            () -> iterator(0, "AT_SEQUENCE_NUMBER"));
        refused("InvalidArgumentException", rule + "LATEST and also a StartingSequenceNumber.",
            () -> iterator(0, "LATEST", "5", null));
        refused("InvalidArgumentException",
            "Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a "
            + "call to a shard with shardId-000000000000", () -> iterator(0, "AT_SEQUENCE_NUMBER", "5", null));
        var large = new BigInteger("13bb2cc3d80000000000000000000000", 16).toString();
        refused("InvalidArgumentException",
            "StartingSequenceNumber 26227199374822427428162556223570313216 used in GetShardIterator on "
            + "shard shardId-000000000000 in stream s under account 111122223333 is invalid.",
            () -> iterator(0, "AT_SEQUENCE_NUMBER", large, null));
        var end = new BigInteger("20000000000000000000000000000000000000800000002", 16).toString();
        refused("InvalidArgumentException",
            "Invalid StartingSequenceNumber. It encodes shardId--02147483648, while it was used in a "
            + "call to a shard with shardId-000000000000", () -> iterator(0, "AT_SEQUENCE_NUMBER", end, null));
        refused("InvalidArgumentException",
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
            + "request has no timestamp parameter.", () -> iterator(0, "AT_TIMESTAMP"));
        refused("InvalidArgumentException", "Invalid ShardIterator.", () -> get("none"));
    }

    @Test
    void otherRefusals() {
        refused("ResourceNotFoundException", "Stream s under account 111122223333 not found.", () -> put("a", "x"));
        stream(3);
        refused("ResourceInUseException", "Stream s under account 111122223333 already exists.", () -> stream(1));
        var hash = BigInteger.TWO.pow(128).toString();
        refused("InvalidArgumentException",
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified "
            + "value was " + hash, () -> kinesis.putRecord(ROOT, Kinesis.PutRecordRequest.of(
                r -> r.streamName("s").partitionKey("a").data(Bytes.EMPTY).explicitHashKey(hash))));
        refused("InvalidArgumentException",
            "NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000000 in stream s under "
            + "account 111122223333 is not both greater than one plus the shard's StartingHashKey 0 and "
            + "less than the shard's EndingHashKey 113427455640312821154458202477256070484.",
            () -> split("shardId-0", "1"));
        refused("InvalidArgumentException",
            "Shards shardId-000000000000 and shardId-000000000002 in stream s under account "
            + "111122223333 are not an adjacent pair of shards eligible for merging",
            () -> merge("shardId-0", "shardId-2"));
        refused("InvalidArgumentException",
            "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is "
            + "too short.", () -> retain(23));
        for (var strange : List.of("abc;def", "abc\tdef", "abc\ndef")) {
            refused("InvalidArgumentException",
                "Some tags contain invalid characters. Valid characters: Unicode letters, digits, "
                + "white space, _ . / = + - % @.",
                () -> kinesis.addTagsToStream(ROOT, Kinesis.AddTagsToStreamRequest.of(
                    r -> r.streamName("s").tags(Map.of(strange, "1")))));
        }
        refused("InvalidArgumentException", "Either NextToken or StreamName should be provided.",
            () -> kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(_ -> { })));
        refused("ValidationException",
            "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048577 cap=1048577]' at "
            + "'data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
            () -> put("a", "x".repeat((1 << 20) + 1)));
        refused("ValidationException", "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048574 "
            + "cap=1048574]' at 'data' failed to satisfy constraint: Member must have length less than "
            + "or equal to 1048576",
            () -> put("key", "x".repeat((1 << 20) - 2)));
        put("key", "x".repeat((1 << 20) - 3));
    }

    private void retain(int hours) {
        kinesis.increaseStreamRetentionPeriod(ROOT, Kinesis.IncreaseStreamRetentionPeriodRequest.of(
            r -> r.streamName("s").retentionPeriodHours(hours)));
    }

    @Test
    void shardsOfTheSameSize() {
        stream(3);
        assertThat(shards()).extracting(it -> it.hashKeyRange().startingHashKey()).containsExactly("0",
            "113427455640312821154458202477256070485", "226854911280625642308916404954512140970");
        assertThat(shards().getLast().hashKeyRange().endingHashKey())
            .isEqualTo("340282366920938463463374607431768211455");
        assertThat(shards().getFirst().sequenceNumberRange().startingSequenceNumber()).matches("\\d{56}");
        var first = new BigInteger(shards().get(0).sequenceNumberRange().startingSequenceNumber());
        assertThat(new BigInteger(shards().get(1).sequenceNumberRange().startingSequenceNumber()).subtract(first))
            .isEqualTo(new BigInteger("22300745198530623141535718272648361505980432"));
    }

    @Test
    void recordsGoToTheShardOfTheirKeyAndComeInOrder() {
        stream(3);
        var answers = List.of(put("a", "1"), put("b", "2"), put("e", "3"), put("f", "4"));
        assertThat(answers).extracting(Kinesis.PutRecordResponse::shardId).containsExactly("shardId-000000000000",
            "shardId-000000000001", "shardId-000000000002", "shardId-000000000001");
        var records = get(iterator(1, "TRIM_HORIZON")).records();
        assertThat(texts(records)).containsExactly("2", "4");
        assertThat(records).extracting(Kinesis.Record::sequenceNumber).containsExactly(answers.get(1).sequenceNumber(),
            answers.get(3).sequenceNumber()).isSorted();
        assertThat(texts(get(iterator(1, "AT_SEQUENCE_NUMBER", answers.get(3).sequenceNumber(), null)).records()))
            .containsExactly("4");
        assertThat(texts(get(iterator(1, "AFTER_SEQUENCE_NUMBER", answers.get(1).sequenceNumber(), null)).records()))
            .containsExactly("4");
        assertThat(get(iterator(1, "LATEST")).records()).isEmpty();
    }

    @Test
    void iteratorsGoOn() {
        stream(1);
        var latest = iterator(0, "LATEST");
        put("a", "1");
        var first = get(latest);
        put("a", "2");
        assertThat(texts(first.records())).containsExactly("1");
        assertThat(texts(get(first.nextShardIterator()).records())).containsExactly("2");
        assertThat(texts(get('"' + latest + '"').records())).containsExactly("1", "2");
        time.advance(Duration.ofMinutes(5));
        refused("ExpiredIteratorException",
            "Iterator expired. The iterator was created at time Thu Jan 01 00:00:00 UTC 2026 while "
            + "right now it is Thu Jan 01 00:05:00 UTC 2026 which is further in the future than the "
            + "tolerated delay of 300000 milliseconds.", () -> get(latest));
    }

    @Test
    void aTimestampFindsTheFirstRecordFromThenOn() {
        stream(1);
        for (int i = 0; i < 50; i++) {
            put("a", "" + i);
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(texts(get(iterator(0, "AT_TIMESTAMP", null, TestTime.START.plusSeconds(20))).records())).hasSize(30)
            .startsWith("20");
        assertThat(texts(get(iterator(0, "AT_TIMESTAMP", null, TestTime.START.plusMillis(19_500))).records()))
            .startsWith("20");
    }

    @Test
    void aPageTellsHowFarBehindItIs() {
        stream(1);
        put("a", "1");
        time.advance(Duration.ofSeconds(10));
        put("a", "2");
        var begin = iterator(0, "TRIM_HORIZON");
        var page = kinesis.getRecords(ROOT, Kinesis.GetRecordsRequest.of(r -> r.shardIterator(begin).limit(1)));
        assertThat(page.millisBehindLatest()).isEqualTo(10_000);
        assertThat(get(page.nextShardIterator()).millisBehindLatest()).isZero();
    }

    @Test
    void aSplitShardEndsAndNamesItsChildren() {
        stream(1);
        put("a", "before");
        time.advance(Duration.ofSeconds(1));
        split("shardId-0", "170141183460469231731687303715884105728");
        put("a", "after");
        var parent = get(iterator(0, "TRIM_HORIZON"));
        assertThat(texts(parent.records())).containsExactly("before");
        assertThat(parent.nextShardIterator()).isNull();
        assertThat(parent.childShards()).extracting(Kinesis.ChildShard::shardId)
            .containsExactly("shardId-000000000001", "shardId-000000000002");
        assertThat(parent.childShards().getFirst().parentShards()).containsExactly("shardId-000000000000");
        var all = shards();
        assertThat(all.getFirst().sequenceNumberRange().endingSequenceNumber()).isNotNull();
        assertThat(new BigInteger(all.get(1).sequenceNumberRange().startingSequenceNumber()))
            .isGreaterThan(new BigInteger(all.get(0).sequenceNumberRange().endingSequenceNumber()));
        merge("shardId-1", "shardId-2");
        assertThat(shards().getLast()).satisfies(it -> {
            assertThat(it.parentShardId()).isEqualTo("shardId-000000000001");
            assertThat(it.adjacentParentShardId()).isEqualTo("shardId-000000000002");
        });
        assertThat(filtered("AT_LATEST")).containsExactly("shardId-000000000003");
        assertThat(filtered("AT_TRIM_HORIZON")).containsExactly("shardId-000000000000");
        assertThat(filtered("FROM_TRIM_HORIZON")).hasSize(4);
    }

    @Test
    void theNumberOfShardsIsDoubledOrHalvedAtMost() {
        stream(2);
        refused("LimitExceededException",
            "UpdateShardCount cannot scale up over double your current open shard count. Current open "
            + "shard count: 2 Target shard count: 5", () -> count(5));
        count(4);
        assertThat(filtered("AT_LATEST"))
            .containsExactly("shardId-000000000002", "shardId-000000000003", "shardId-000000000004",
            "shardId-000000000005");
        assertThat(shards().get(2).parentShardId()).isEqualTo("shardId-000000000000");
        count(2);
        assertThat(shards().getLast().adjacentParentShardId()).isEqualTo("shardId-000000000005");
    }

    @Test
    void recordsAreKeptAsLongAsTheStreamSays() {
        stream(1);
        put("a", "1");
        time.advance(Duration.ofHours(23));
        put("a", "2");
        time.advance(Duration.ofHours(2));
        assertThat(texts(get(iterator(0, "TRIM_HORIZON")).records())).containsExactly("2");
        time.advance(Duration.ofHours(24));
        assertThat(get(iterator(0, "TRIM_HORIZON")).records()).isEmpty();
    }

    @Test
    void aNewStreamOfAnOldNameIsEmpty() {
        stream(1);
        put("a", "1");
        var old = iterator(0, "TRIM_HORIZON");
        kinesis.deleteStream(ROOT, Kinesis.DeleteStreamRequest.of(r -> r.streamName("s")));
        stream(1);
        assertThat(get(iterator(0, "TRIM_HORIZON")).records()).isEmpty();
        refused("ResourceNotFoundException",
            "Shard shardId-000000000000 in stream s under account 111122223333 does not exist",
            () -> get(old));
    }

    @Test
    void limitsOfShardsWhereTheStreamHasThem() {
        stream(1);
        kinesis.addTagsToStream(ROOT,
            Kinesis.AddTagsToStreamRequest.of(r -> r.streamName("s").tags(Map.of("aloft:throttling", "true"))));
        var entries = IntStream.range(0, 3).mapToObj(_ -> Kinesis.PutRecordsRequestEntry.of(
            e -> e.partitionKey("a").data(bytes("x".repeat(400_000))))).toList();
        var answer = kinesis.putRecords(ROOT, Kinesis.PutRecordsRequest.of(r -> r.streamName("s").records(entries)));
        assertThat(answer.failedRecordCount()).isEqualTo(1);
        assertThat(answer.records().getLast().errorCode()).isEqualTo("ProvisionedThroughputExceededException");
        assertThat(answer.records().getLast().errorMessage())
            .isEqualTo("Rate exceeded for shard shardId-000000000000 in stream s under account 111122223333.");
        time.advance(Duration.ofSeconds(1));
        put("a", "x");
    }

    @Test
    void aShardThatGaveTenMebibytesAtOnceGivesNothingForFiveSeconds() {
        stream(1);
        for (int i = 0; i < 11; i++) {
            put("a", "x".repeat((1 << 20) - 1));
        }
        kinesis.addTagsToStream(ROOT, Kinesis.AddTagsToStreamRequest.of(
            r -> r.streamName("s").tags(Map.of("aloft:throttling", "true"))));
        var first = get(iterator(0, "TRIM_HORIZON"));
        assertThat(first.records()).hasSize(10);
        time.advance(Duration.ofSeconds(4));
        refused("ProvisionedThroughputExceededException",
            "Rate exceeded for shard shardId-000000000000 in stream s under account 111122223333.",
            () -> get(first.nextShardIterator()));
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            get(iterator(0, "LATEST"));
        }
        refused("ProvisionedThroughputExceededException",
            "Rate exceeded for shard shardId-000000000000 in stream s under account 111122223333.",
            () -> get(first.nextShardIterator()));
    }

    @Test
    void aConsumerIsPushedRecordsForFiveMinutes() {
        stream(1);
        var consumer = kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
            r -> r.streamARN(ARN).consumerName("c"))).consumer().consumerARN();
        put("a", "1");
        var events = subscribe(consumer);
        refused("ResourceInUseException", "Another active subscription exists for this consumer: " + consumer,
            () -> subscribe(consumer));
        var first = ((Kinesis.SubscribeToShardEventStream.SubscribeToShardEvent) events.next()).value();
        assertThat(texts(first.records())).containsExactly("1");
        assertThat(first.continuationSequenceNumber()).isEqualTo(first.records().getFirst().sequenceNumber());
        put("a", "2");
        var second = ((Kinesis.SubscribeToShardEventStream.SubscribeToShardEvent) events.next()).value();
        assertThat(texts(second.records())).containsExactly("2");
        var rest = new ArrayList<Kinesis.SubscribeToShardEventStream>();
        events.forEachRemaining(rest::add);
        assertThat(rest).hasSizeBetween(58, 61);
        assertThat(time.instant()).isEqualTo(TestTime.START.plus(Duration.ofMinutes(5)));
    }

    /** Within the stream, as an exception of its own. */
    @Test
    void aSubscriptionEndsWithItsConsumer() {
        stream(1);
        var consumer = kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
            r -> r.streamARN(ARN).consumerName("c"))).consumer().consumerARN();
        var events = subscribe(consumer);
        kinesis.deregisterStreamConsumer(ROOT, Kinesis.DeregisterStreamConsumerRequest.of(
            r -> r.consumerARN(consumer)));
        refused("ResourceNotFoundException", "Consumer " + consumer + " not found.", events::next);
        assertThat(events.hasNext()).isFalse();
    }

    private java.util.Iterator<Kinesis.SubscribeToShardEventStream> subscribe(String consumer) {
        return kinesis.subscribeToShard(ROOT,
            Kinesis.SubscribeToShardRequest.of(r -> r.consumerARN(consumer).shardId("shardId-0")
            .startingPosition(Kinesis.StartingPosition.of(p -> p.type("TRIM_HORIZON"))))).eventStream();
    }

    @Test
    void templatesDeclareStreamsConsumersAndPolicies() {
        var stream = declared("AWS::Kinesis::Stream", Map.of("Name", "s", "ShardCount", 1));
        assertThat(stream.attributes()).containsEntry("Arn", ARN);
        declared("AWS::Kinesis::StreamConsumer", Map.of("ConsumerName", "c", "StreamARN", ARN));
        declared("AWS::Kinesis::ResourcePolicy",
            Map.of("ResourceArn", ARN, "ResourcePolicy", Map.of("Version", "2012-10-17",
            "Statement", List.of(Map.of("Effect", "Allow", "Principal", "*", "Action", "kinesis:GetRecords",
                "Resource", ARN)))));
        assertThat(kinesis.getResourcePolicy(ROOT, Kinesis.GetResourcePolicyRequest.of(r -> r.resourceARN(ARN)))
            .policy())
            .contains("kinesis:GetRecords");
        var policy = type("AWS::Kinesis::ResourcePolicy");
        assertThat(policy.read(ROOT, ARN)).isPresent();
        policy.delete(ROOT, ARN, desired(Map.of()));
        policy.delete(ROOT, ARN, desired(Map.of()));
        var text = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","
            + "\"Action\":\"kinesis:GetRecords\",\"Resource\":\"" + ARN + "\"}]}";
        declared("AWS::Kinesis::ResourcePolicy", Map.of("ResourceArn", ARN, "ResourcePolicy", text));
        assertThat(kinesis.getResourcePolicy(ROOT, Kinesis.GetResourcePolicyRequest.of(r -> r.resourceARN(ARN)))
            .policy())
            .isEqualTo(text);
    }

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(it -> it.type().equals(name)).findFirst().orElseThrow();
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", "Resource", "t", properties, Map.of());
    }

    /** Each step may be done twice. */
    private ResourceType.Resource declared(String name, Map<String, Object> properties) {
        type(name).create(ROOT, desired(properties));
        return type(name).create(ROOT, desired(properties));
    }
}
