package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Kinesis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What AWS was seen to answer in September 2026 to requests that it refuses, and how it tells what it was given. */
class RecordedTest extends KinesisFixture {
    private Kinesis.StreamDescriptionSummary summary(Consumer<Kinesis.DescribeStreamSummaryRequest.Builder> with) {
        return kinesis.describeStreamSummary(ROOT, Kinesis.DescribeStreamSummaryRequest.of(with))
            .streamDescriptionSummary();
    }

    @Test
    void aStreamIsNamedByItsNameItsArnOrBoth() {
        stream(1);
        assertThat(summary(r -> r.streamName("s").streamARN(ARN)).streamName()).isEqualTo("s");
        refused("InvalidArgumentException", "Stream arn and stream name can't be empty at the same time",
            () -> summary(_ -> { }));
        refused("InvalidArgumentException",
            "Input stream name t doesn't match the inferred name in stream arn s",
            () -> summary(r -> r.streamName("t").streamARN(ARN)));
        var elsewhere = ARN.replace("us-east-1", "us-west-2");
        refused("InvalidArgumentException",
            "The region specified in the ARN '" + elsewhere + "' does not match the endpoint region",
            () -> summary(r -> r.streamARN(elsewhere)));
    }

    @Test
    void anArnOfAConsumerNamesNoStream() {
        stream(1);
        refused("ResourceNotFoundException", "Stream s/consumer/c:1 under account 111122223333 not found.",
            () -> summary(r -> r.streamARN(ARN + "/consumer/c:1")));
    }

    @Test
    void aStreamIsMadeInAWholeSecond() {
        time.advance(Duration.ofMillis(1234));
        stream(1);
        assertThat(summary(r -> r.streamName("s")).streamCreationTimestamp().getNano()).isZero();
    }

    @Test
    void aListOfStreamsGoesOnInOneWay() {
        refused("InvalidArgumentException", "ExclusiveStartStreamName and NextToken cannot be provided together.",
            () -> kinesis.listStreams(ROOT, Kinesis.ListStreamsRequest.of(
                r -> r.nextToken("x").exclusiveStartStreamName("a"))));
        refused("InvalidArgumentException", "Invalid NextToken.",
            () -> kinesis.listStreams(ROOT, Kinesis.ListStreamsRequest.of(r -> r.nextToken("not-a-token"))));
    }

    @Test
    void tagsOfAwsAreNotForUsersAndFiftyAreTheMost() {
        stream(1);
        var reserved = "Some tag keys in the request started with 'aws:'. System tags cannot be modified.";
        refused("InvalidArgumentException", reserved, () -> kinesis.tagResource(ROOT,
            Kinesis.TagResourceRequest.of(r -> r.resourceARN(ARN).tags(Map.of("aws:probe", "x")))));
        refused("InvalidArgumentException", reserved, () -> kinesis.addTagsToStream(ROOT,
            Kinesis.AddTagsToStreamRequest.of(r -> r.streamName("s").tags(Map.of("aws:probe", "x")))));
        var many = IntStream.range(0, 51).boxed().collect(Collectors.toMap(i -> "k" + i, _ -> "v"));
        refused("InvalidArgumentException",
            "Failed to add tags to resource " + ARN + " under account 111122223333 because "
            + "a given resource cannot have more than 50 tags associated with it.", () -> kinesis.tagResource(ROOT,
            Kinesis.TagResourceRequest.of(r -> r.resourceARN(ARN).tags(many))));
    }

    @Test
    void encryptionThatIsNotOnIsNotStopped() {
        stream(1);
        refused("InvalidArgumentException", "Cannot stop encrypting an unencrypted stream.",
            () -> kinesis.stopStreamEncryption(ROOT, Kinesis.StopStreamEncryptionRequest.of(
                r -> r.streamName("s").encryptionType("KMS").keyId("alias/aws/kinesis"))));
        refused("InvalidArgumentException", "The only supported encryption type is KMS.",
            () -> kinesis.startStreamEncryption(ROOT, Kinesis.StartStreamEncryptionRequest.of(
                r -> r.streamName("s").encryptionType("NONE").keyId("alias/aws/kinesis"))));
    }

    @Test
    void aPolicyIsToldWithoutBlanksAndListsOfOne() {
        stream(1);
        refused("InvalidArgumentException", "Policy validation error: This policy contains invalid Json",
            () -> policy("{"));
        policy("{\"Version\": \"2012-10-17\", \"Statement\": [{\"Sid\": \"First\", \"Effect\": "
            + "\"Allow\", \"Principal\": {\"AWS\": [\"arn:aws:iam::111122223333:root\"]}, \"Action\": "
            + "[\"kinesis:DescribeStreamSummary\"], "
            + "\"Resource\": \"" + ARN + "\"}]}");
        assertThat(kinesis.getResourcePolicy(ROOT, Kinesis.GetResourcePolicyRequest.of(r -> r.resourceARN(ARN)))
            .policy())
            .isEqualTo("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"First\",\"Effect\":\"Allow\","
                + "\"Principal\":"
                + "{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"kinesis:DescribeStreamSummary\","
                + "\"Resource\":\"" + ARN + "\"}]}");
        deletePolicy();
        refused("ResourceNotFoundException", "No resource policy found for resource ARN " + ARN + ".",
            this::deletePolicy);
    }

    private void policy(String text) {
        kinesis.putResourcePolicy(ROOT, Kinesis.PutResourcePolicyRequest.of(r -> r.resourceARN(ARN).policy(text)));
    }

    private void deletePolicy() {
        kinesis.deleteResourcePolicy(ROOT, Kinesis.DeleteResourcePolicyRequest.of(r -> r.resourceARN(ARN)));
    }

    private List<String> listed(Consumer<Kinesis.ShardFilter.Builder> filter) {
        return kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(r -> r.streamARN(ARN).shardFilter(
            Kinesis.ShardFilter.of(filter)))).shards().stream().map(Kinesis.Shard::shardId).toList();
    }

    @Test
    void shardsAreListedByMomentsSinceTheTrimHorizon() {
        stream(2);
        for (var type : List.of("AT_TIMESTAMP", "FROM_TIMESTAMP")) {
            refused("InvalidArgumentException",
                "ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.",
                () -> listed(f -> f.type(type).timestamp(Instant.ofEpochSecond(1))));
            refused("InvalidArgumentException", "ShardFilter Timestamp must not be greater than current time.",
                () -> listed(f -> f.type(type).timestamp(time.instant().plusSeconds(3600))));
        }
        assertThat(listed(f -> f.type("AT_LATEST").shardId("shardId-000000000000")))
            .as("a shard that is named counts with each type").containsExactly("shardId-000000000001");
    }

    @Test
    void aTokenMayStandBesideTheStreamsArn() {
        stream(2);
        var token = kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(r -> r.streamName("s").maxResults(1)))
            .nextToken();
        assertThat(kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(r -> r.streamARN(ARN).nextToken(token)))
            .shards())
            .extracting(Kinesis.Shard::shardId).containsExactly("shardId-000000000001");
    }
}
