package dev.aloft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Ecr;
import dev.aloft.api.Events;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Pipes;
import dev.aloft.api.Principal;
import dev.aloft.api.Scheduler;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Templates with every built property of the types of SQS, SNS, EventBridge, Scheduler, Pipes, Kinesis, Firehose, Logs,
 * DynamoDB, Lambda, Secrets Manager, Systems Manager, ECR, CloudWatch and S3. What was declared is told by the
 * services; without the lines that are marked as optional it is, in the same resources, what it is by default; then it
 * is gone.
 */
class ResourceTypesTest {
    private static final String ACCOUNT = "123456789012";
    private static final Caller CALLER = new Caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT), "id", null, 0,
            "http://127.0.0.1:4566", "127.0.0.1", null);

    @TempDir
    private Path folder;
    private final TestTime time = new TestTime();
    private Platform platform;
    private CloudFormation cloudFormation;
    private Map<String, String> ids;

    @BeforeEach
    void start() {
        var config = new Config("127.0.0.1", 0, folder, false, "none", 1_000, 76_800, false, "shared", false);
        platform = new Platform(config, time, new MemoryStore(), new Blobs(folder.resolve("blobs")),
                KeyFile.inMemory());
        platform.start();
        cloudFormation = CloudFormation.at(platform.endpoint());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private static String template(String name, boolean whole) throws IOException {
        try (var in = ResourceTypesTest.class.getResourceAsStream(name + ".yaml")) {
            var lines = new String(in.readAllBytes(), UTF_8).lines();
            return lines.filter(line -> whole || !line.endsWith("# optional")).collect(Collectors.joining("\n"));
        }
    }

    private void deploy(String name) throws IOException {
        var body = template(name, true);
        cloudFormation.createStack(CALLER,
                CloudFormation.CreateStackRequest.of(r -> r.stackName(name).templateBody(body)
                .capabilities(List.of("CAPABILITY_NAMED_IAM"))));
        settle(name, "CREATE_COMPLETE");
        ids = resources(name);
    }

    private void update(String name) throws IOException {
        var body = template(name, false);
        cloudFormation.updateStack(CALLER,
                CloudFormation.UpdateStackRequest.of(r -> r.stackName(name).templateBody(body)
                .capabilities(List.of("CAPABILITY_NAMED_IAM"))));
        settle(name, "UPDATE_COMPLETE");
        assertThat(resources(name)).isEqualTo(ids);
    }

    private void settle(String name, String status) {
        time.settle();
        var reasons = cloudFormation.describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(
                r -> r.stackName(name))).stackEvents().stream().filter(event -> event.resourceStatus()
                .endsWith("FAILED"))
                .map(event -> event.logicalResourceId() + ": " + event.resourceStatusReason()).toList();
        assertThat(reasons).isEmpty();
        assertThat(cloudFormation
                .describeStacks(CALLER, CloudFormation.DescribeStacksRequest.of(r -> r.stackName(name)))
                .stacks().getFirst().stackStatus()).isEqualTo(status);
    }

    private Map<String, String> resources(String name) {
        return cloudFormation.describeStackResources(CALLER, CloudFormation.DescribeStackResourcesRequest.of(
                r -> r.stackName(name))).stackResources().stream().collect(Collectors.toMap(
                CloudFormation.StackResource::logicalResourceId, CloudFormation.StackResource::physicalResourceId));
    }

    private void delete(String name) {
        cloudFormation.deleteStack(CALLER, CloudFormation.DeleteStackRequest.of(r -> r.stackName(name)));
        time.settle();
        assertThat(cloudFormation.listStacks(CALLER, CloudFormation.ListStacksRequest.of(_ -> { })).stackSummaries())
                .extracting(CloudFormation.StackSummary::stackStatus).containsOnly("DELETE_COMPLETE");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "AWS::SQS::Queue | Tags: some | #/Tags: expected type: JSONArray, found: String",
        "AWS::SQS::Queue | DelaySeconds: soon | #/DelaySeconds: expected type: Integer, found: String",
        "AWS::SQS::Queue | FifoQueue: [true] | #/FifoQueue: expected type: Boolean, found: JSONArray",
        "AWS::SNS::Topic | TopicName: {a: b} | #/TopicName: expected type: String, found: JSONObject",
        "AWS::SNS::Topic | Tagz: [] | #: extraneous key [Tagz] is not permitted",
        "AWS::SSM::Parameter | Type: String, Value: v, Tags: [] | #/Tags: expected type: JSONObject, found: JSONArray",
        "AWS::S3::Bucket | AbacStatus: Enabled | #: the property AbacStatus of AWS::S3::Bucket is not built in Aloft"})
    void aPropertyOfTheWrongFormFailsInTheWordsOfAws(String type, String properties, String reason) {
        var id = cloudFormation.createStack(CALLER, CloudFormation.CreateStackRequest.of(r -> r.stackName("s")
                .templateBody("Resources: {A: {Type: %s, Properties: {%s}}}".formatted(type, properties)))).stackId();
        time.settle();
        assertThat(cloudFormation.describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r ->
                r.stackName(id))).stackEvents()).extracting(CloudFormation.StackEvent::resourceStatusReason)
                .contains("Properties validation failed for resource A with message:\n" + reason);
    }

    @ParameterizedTest
    @CsvSource({"!GetAtt Q.Url, Url", "!Sub '${Q.Queue.Name}', Queue.Name"})
    void anAttributeThatATypeHasNotIsRefusedAtOnce(String value, String attribute) {
        assertThatThrownBy(() -> cloudFormation.createStack(CALLER, CloudFormation.CreateStackRequest.of(r -> r
                .stackName("s").templateBody("Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {O: {Value: "
                        + value + "}}")))).hasMessage("Template error: resource Q does not support attribute type "
                + attribute + " in Fn::GetAtt");
    }

    @Test
    void aRoleThatCannotBeAssumedIsRefusedAtOnce() {
        assertThatThrownBy(() -> cloudFormation.createStack(CALLER, CloudFormation.CreateStackRequest.of(r -> r
                .stackName("s").templateBody("Resources: {Q: {Type: AWS::SQS::Queue}}")
                .roleARN("arn:aws:iam::123456789012:role/none"))))
                .hasMessage("Role arn:aws:iam::123456789012:role/none is invalid or cannot be assumed");
    }

    @Test
    void aFewTypesTellTheirPropertiesAsAttributes() {
        cloudFormation.createStack(CALLER, CloudFormation.CreateStackRequest.of(r -> r.stackName("s").templateBody("""
                Resources:
                  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: shown}}
                  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 7}}
                Outputs: {O: {Value: !Sub '${T.DisplayName} ${Q.DelaySeconds}'}}
                """)));
        time.settle();
        assertThat(cloudFormation.describeStacks(CALLER, CloudFormation.DescribeStacksRequest.of(r ->
                r.stackName("s"))).stacks().getFirst().outputs().getFirst().outputValue()).isEqualTo("shown 7");
    }

    @Test
    void queuesAndTopics() throws IOException {
        var sqs = Sqs.at(platform.endpoint());
        var sns = Sns.at(platform.endpoint());
        deploy("queues");
        assertThat(attributes(sqs, "Jobs")).containsEntry("DelaySeconds", "5").containsEntry("VisibilityTimeout", "60")
                .containsEntry("MaximumMessageSize", "2048").containsEntry("DeduplicationScope", "messageGroup")
                .containsEntry("FifoThroughputLimit", "perMessageGroupId");
        assertThat(attributes(sqs, "Keyed")).containsEntry("KmsMasterKeyId", "alias/aws/sqs")
                .containsKey("RedrivePolicy");
        assertThat(attributes(sns, "Topic")).containsEntry("TracingConfig", "Active")
                .containsEntry("SignatureVersion", "2")
                .containsEntry("SQSSuccessFeedbackSampleRate", "50").containsKey("ArchivePolicy");
        assertThat(subscription(sns, "Subscription")).containsEntry("RawMessageDelivery", "true")
                .containsEntry("FilterPolicyScope", "MessageBody").containsKey("RedrivePolicy");
        update("queues");
        assertThat(attributes(sqs, "Jobs")).containsEntry("DelaySeconds", "0").containsEntry("VisibilityTimeout", "30")
                .containsEntry("MaximumMessageSize", "262144").containsEntry("ContentBasedDeduplication", "false")
                .containsEntry("FifoThroughputLimit", "perMessageGroupId");
        assertThat(attributes(sqs, "Keyed")).doesNotContainKeys("KmsMasterKeyId", "RedrivePolicy");
        assertThat(attributes(sns, "Topic")).containsEntry("TracingConfig", "PassThrough")
                .containsEntry("ContentBasedDeduplication", "false").doesNotContainKey("KmsMasterKeyId");
        assertThat(subscription(sns, "Subscription")).containsEntry("RawMessageDelivery", "false")
                .doesNotContainKeys("RedrivePolicy", "FilterPolicy");
        delete("queues");
        assertThat(sns.listSubscriptions(CALLER, Sns.ListSubscriptionsRequest.of(_ -> { })).subscriptions()).isEmpty();
    }

    private Map<String, String> attributes(Sqs sqs, String id) {
        return sqs.getQueueAttributes(CALLER, Sqs.GetQueueAttributesRequest.of(r -> r.queueUrl(ids.get(id))
                .attributeNames(List.of("All")))).attributes();
    }

    private Map<String, String> attributes(Sns sns, String id) {
        return sns.getTopicAttributes(CALLER, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(ids.get(id))))
                .attributes();
    }

    private Map<String, String> subscription(Sns sns, String id) {
        return sns.getSubscriptionAttributes(CALLER, Sns.GetSubscriptionAttributesRequest.of(
                r -> r.subscriptionArn(ids.get(id)))).attributes();
    }

    @Test
    void eventsAndStreams() throws IOException {
        deploy("events");
        checkEvents(true);
        update("events");
        checkEvents(false);
        delete("events");
    }

    private void checkEvents(boolean whole) {
        var events = Events.at(platform.endpoint());
        var targets = events.listTargetsByRule(CALLER, Events.ListTargetsByRuleRequest.of(
                r -> r.rule("types-rule").eventBusName("types-bus"))).targets();
        assertThat(targets).hasSize(whole ? 4 : 0);
        var bus = events.describeEventBus(CALLER, Events.DescribeEventBusRequest.of(r -> r.name("types-bus")));
        assertThat(bus.description()).isEqualTo(whole ? "d" : null);
        assertThat(bus.policy() != null && bus.policy().contains("one")).isEqualTo(whole);
        var destination = events.describeApiDestination(CALLER, Events.DescribeApiDestinationRequest.of(
                r -> r.name("types-destination")));
        assertThat(destination.invocationRateLimitPerSecond()).isEqualTo(whole ? 10 : 300);
        var archive = events
                .describeArchive(CALLER, Events.DescribeArchiveRequest.of(r -> r.archiveName("types-archive")));
        assertThat(archive.retentionDays()).isEqualTo(whole ? 3 : 0);
        var schedule = Scheduler.at(platform.endpoint()).getSchedule(CALLER, Scheduler.GetScheduleRequest.of(
                r -> r.name("types-timed").groupName("types-group")));
        assertThat(schedule.scheduleExpressionTimezone()).isEqualTo(whole ? "Europe/Berlin" : "UTC");
        assertThat(schedule.startDate() != null).isEqualTo(whole);
        var stream = Kinesis.at(platform.endpoint()).describeStreamSummary(CALLER,
                Kinesis.DescribeStreamSummaryRequest.of(r -> r.streamName("types-stream"))).streamDescriptionSummary();
        assertThat(stream.openShardCount()).isEqualTo(whole ? 2 : 1);
        assertThat(stream.retentionPeriodHours()).isEqualTo(whole ? 48 : 24);
        assertThat(stream.encryptionType()).isEqualTo(whole ? "KMS" : "NONE");
        assertThat(stream.enhancedMonitoring().getFirst().shardLevelMetrics()).hasSize(whole ? 1 : 0);
        var pipe = Pipes.at(platform.endpoint())
                .describePipe(CALLER, Pipes.DescribePipeRequest.of(r -> r.name("types-pipe")));
        assertThat(pipe.enrichment().isEmpty()).isEqualTo(!whole);
        assertThat(pipe.sourceParameters().sqsQueueParameters().batchSize()).isEqualTo(whole ? 5 : 10);
        var group = Logs.at(platform.endpoint()).describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(
                r -> r.logGroupNamePrefix("/types/logs"))).logGroups().getFirst();
        assertThat(group.retentionInDays()).isEqualTo(whole ? 7 : null);
        assertThat(group.metricFilterCount()).isEqualTo(1);
        var global = Events.at(platform.endpoint()).describeEndpoint(CALLER,
                Events.DescribeEndpointRequest.of(r -> r.name("types-global")));
        assertThat(global.replicationConfig().state()).isEqualTo(whole ? "DISABLED" : "ENABLED");
        assertThat(global.state()).isEqualTo("ACTIVE");
        assertThat(Logs.at(platform.endpoint()).describeSubscriptionFilters(CALLER,
                Logs.DescribeSubscriptionFiltersRequest.of(r -> r.logGroupName("/types/logs"))).subscriptionFilters())
                .extracting(Logs.SubscriptionFilter::distribution).containsExactly(whole ? "Random" : "ByLogStream");
        var delivery = Firehose.at(platform.endpoint()).describeDeliveryStream(CALLER,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("types-firehose")))
                .deliveryStreamDescription();
        assertThat(delivery.destinations().getFirst().extendedS3DestinationDescription().fileExtension())
                .isEqualTo(".json.gz");
    }

    @Test
    void tablesFunctionsSecretsAndAlarms() throws IOException {
        deploy("data");
        checkData(true);
        // A table's expiry cannot be changed twice within an hour.
        time.advance(Duration.ofHours(1));
        update("data");
        checkData(false);
        delete("data");
    }

    private void checkData(boolean whole) {
        var dynamoDb = DynamoDb.at(platform.endpoint());
        var table = dynamoDb.describeTable(CALLER, DynamoDb.DescribeTableRequest.of(r -> r.tableName("types-table")))
                .table();
        assertThat(table.streamSpecification() != null).isEqualTo(whole);
        assertThat(table.onDemandThroughput() != null).isEqualTo(whole);
        assertThat(table.tableClassSummary().tableClass()).isEqualTo(whole ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD");
        var there = CALLER.in(ACCOUNT, "eu-west-1");
        var expiry = dynamoDb
                .describeTimeToLive(there, DynamoDb.DescribeTimeToLiveRequest.of(r -> r.tableName("types-global")));
        assertThat(expiry.timeToLiveDescription().timeToLiveStatus()).isEqualTo(whole ? "ENABLED" : "DISABLED");
        var function = Lambda.at(platform.endpoint()).getFunctionConfiguration(CALLER,
                Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName("types-function")));
        assertThat(function.timeout()).isEqualTo(whole ? 5 : 3);
        assertThat(function.snapStart().applyOn()).isEqualTo(whole ? "PublishedVersions" : "None");
        assertThat(function.loggingConfig().logFormat()).isEqualTo(whole ? "JSON" : "Text");
        var updates = Lambda.at(platform.endpoint()).getRuntimeManagementConfig(CALLER,
                Lambda.GetRuntimeManagementConfigRequest.of(r -> r.functionName(ids.get("Version"))));
        assertThat(updates.updateRuntimeOn()).isEqualTo("FunctionUpdate");
        var mapping = Lambda.at(platform.endpoint()).getEventSourceMapping(CALLER,
                Lambda.GetEventSourceMappingRequest.of(r -> r.uuid(ids.get("Mapping"))));
        assertThat(mapping.batchSize()).isEqualTo(whole ? 5 : 10);
        assertThat(mapping.filterCriteria() != null).isEqualTo(whole);
        var parameter = Ssm.at(platform.endpoint())
                .getParameter(CALLER, Ssm.GetParameterRequest.of(r -> r.name("/types/p")));
        assertThat(parameter.parameter().value()).isEqualTo("v");
        var repository = Ecr.at(platform.endpoint()).describeRepositories(CALLER,
                Ecr.DescribeRepositoriesRequest.of(_ -> { })).repositories().getFirst();
        assertThat(repository.imageTagMutability()).isEqualTo(whole ? "IMMUTABLE_WITH_EXCLUSION" : "MUTABLE");
        var alarm = CloudWatch.at(platform.endpoint()).describeAlarms(CALLER,
                CloudWatch.DescribeAlarmsRequest.of(r -> r.alarmNames(List.of("types-alarm")))).metricAlarms()
                .getFirst();
        assertThat(alarm.alarmActions()).hasSize(whole ? 1 : 0);
        assertThat(alarm.treatMissingData()).isEqualTo(whole ? "notBreaching" : null);
    }
}
