package dev.aloft.service.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.ResourceType.Resource;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.call.VendedLogs;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.UserPolicies;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Logs of a service's resource, delivered to whoever asks for them; buckets and delivery streams are noted here. */
class LogDeliveriesTest {
    private static final Caller ROOT = root("111122223333");
    private static final Caller OTHER = root("444455556666");
    private static final String BUS = "arn:aws:events:us-east-1:111122223333:event-bus/shop";
    private static final String GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:g";
    private static final String STREAM = "arn:aws:firehose:us-east-1:111122223333:deliverystream/d";

    private final TestTime time = new TestTime();
    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final Authorizer authorizer = new Authorizer(new UserPolicies(Map.of()), time);
    private final LocalEndpoint endpoint = new LocalEndpoint(authorizer, store::inTransaction);
    private final LogsService service = new LogsService(store, time, this::call, new Targets(), (it, _, _) -> it);
    private final Logs logs = Logs.at(endpoint);
    private final List<S3.PutObjectRequest> objects = new ArrayList<>();
    private final List<Firehose.Record> records = new ArrayList<>();
    private final List<Firehose.Tag> tags = new ArrayList<>();
    private String bucketPolicy;
    private final Workers workers = new Workers(time, service.workers());

    LogDeliveriesTest() {
        endpoint.add(service);
        workers.start();
        logs.createLogGroup(ROOT, Logs.CreateLogGroupRequest.of(r -> r.logGroupName("g")));
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private static Caller root(String account) {
        return new Caller(account, "us-east-1", new Principal.Root(account), "id", null, 0, "http://127.0.0.1:4566",
                "127.0.0.1", null);
    }

    private Shape call(Operation operation, Caller caller, Shape input) {
        return switch (input) {
            case S3.PutObjectRequest put -> {
                objects.add(put);
                yield S3.PutObjectResponse.of(_ -> { });
            }
            case S3.GetBucketPolicyRequest _ -> {
                if (bucketPolicy == null) {
                    throw ApiError.of("NoSuchBucketPolicy", 404, "The bucket policy does not exist");
                }
                yield S3.GetBucketPolicyResponse.of(r -> r.policy(bucketPolicy));
            }
            case S3.PutBucketPolicyRequest put -> {
                bucketPolicy = put.policy();
                yield S3.PutBucketPolicyResponse.of(_ -> { });
            }
            case Firehose.TagDeliveryStreamRequest tag -> {
                tags.addAll(tag.tags());
                yield Firehose.TagDeliveryStreamResponse.of(_ -> { });
            }
            case Firehose.ListTagsForDeliveryStreamRequest _ ->
                Firehose.ListTagsForDeliveryStreamResponse.of(r -> r.tags(List.copyOf(tags)).hasMoreTags(false));
            case Firehose.PutRecordBatchRequest put -> {
                records.addAll(put.records());
                yield Firehose.PutRecordBatchResponse.of(r -> r.failedPutCount(0));
            }
            default -> endpoint.call(operation, caller, input);
        };
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOfSatisfying(ApiError.class,
                error -> assertThat(error.code()).isEqualTo(code)).hasMessage(message);
    }

    private Logs.DeliverySource source(String name, String resource, String type) {
        return logs.putDeliverySource(ROOT, Logs.PutDeliverySourceRequest.of(r -> r.name(name).resourceArn(resource)
                .logType(type))).deliverySource();
    }

    private String destination(Caller caller, String name, String resource, String format) {
        return logs.putDeliveryDestination(caller, Logs.PutDeliveryDestinationRequest.of(r -> r.name(name)
                .outputFormat(format).deliveryDestinationConfiguration(Logs.DeliveryDestinationConfiguration.of(
                        c -> c.destinationResourceArn(resource))))).deliveryDestination().arn();
    }

    private Logs.Delivery deliver(String source, String destinationArn) {
        return deliver(source, destinationArn, _ -> { });
    }

    private Logs.Delivery deliver(String source, String destinationArn,
            Consumer<Logs.CreateDeliveryRequest.Builder> more) {
        return logs.createDelivery(ROOT, Logs.CreateDeliveryRequest.of(r -> {
            r.deliverySourceName(source).deliveryDestinationArn(destinationArn);
            more.accept(r);
        })).delivery();
    }

    private void tell(String type, String message) {
        service.vendedLogs().tell(Arn.parse(BUS), type, List.of(new VendedLogs.Entry(time.instant(),
                Map.of("resource_arn", BUS, "message_type", message))));
        time.settle();
    }

    private List<String> lines(String stream) {
        return logs.getLogEvents(ROOT, Logs.GetLogEventsRequest.of(r -> r.logGroupName("g").logStreamName(stream)
                .startFromHead(true))).events().stream().map(Logs.OutputLogEvent::message).toList();
    }

    @Test
    void aLogGroupGetsTheRecordsThatItAskedFor() {
        source("info", BUS, "INFO_LOGS");
        source("errors", BUS, "ERROR_LOGS");
        deliver("info", destination(ROOT, "group", GROUP, null));
        tell("INFO_LOGS", "RULE_MATCH");
        tell("ERROR_LOGS", "INVOCATION_FAILURE");

        assertThat(lines("EventBridgeEventBusLogs")).containsExactly("{\"resource_arn\":\"" + BUS
                + "\",\"message_type\":\"RULE_MATCH\"}");
    }

    @Test
    void aDeliveryTriesTheGroupAndLetsItselfIn() {
        source("info", BUS, "INFO_LOGS");
        deliver("info", destination(ROOT, "group", GROUP, null));

        assertThat(lines("log_stream_created_by_aws_to_validate_log_delivery_subscriptions")).isEmpty();
        assertThat(logs.describeResourcePolicies(ROOT, Logs.DescribeResourcePoliciesRequest.of(_ -> { }))
                .resourcePolicies()).singleElement().satisfies(policy -> {
                    assertThat(policy.policyName()).isEqualTo("AWSLogDeliveryWrite20150319");
                    assertThat(policy.policyDocument()).contains("delivery.logs.amazonaws.com", GROUP,
                            "arn:aws:logs:us-east-1:111122223333:*");
                });
    }

    @Test
    void withoutThePolicyNothingIsWritten() {
        source("info", BUS, "INFO_LOGS");
        deliver("info", destination(ROOT, "group", GROUP, null));
        logs.deleteResourcePolicy(ROOT, Logs.DeleteResourcePolicyRequest.of(r -> r
                .policyName("AWSLogDeliveryWrite20150319")));
        tell("INFO_LOGS", "LOST");

        assertThatThrownBy(() -> lines("EventBridgeEventBusLogs")).isInstanceOf(Logs.ResourceNotFoundException.class);
    }

    @Test
    void aBucketGetsGzippedObjectsUnderItsPrefix() throws IOException {
        source("info", BUS, "INFO_LOGS");
        deliver("info", destination(ROOT, "bucket", "arn:aws:s3:::b/mine", "json"));
        tell("INFO_LOGS", "RULE_MATCH");

        var put = objects.getFirst();
        assertThat(put.bucket()).isEqualTo("b");
        assertThat(put.key()).matches("mine/AWSLogs/111122223333/EventBusLogs/us-east-1/\\d{4}/\\d\\d/\\d\\d/\\d\\d/"
                + "111122223333_EventBusLogs_us-east-1_shop_\\d{8}T\\d{4}Z_[0-9a-f]{8}\\.log\\.gz");
        assertThat(put.acl()).isEqualTo("bucket-owner-full-control");
        try (var content = new GZIPInputStream(new ByteArrayInputStream(put.body().bytes(1 << 20)))) {
            assertThat(new String(content.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"resource_arn\":\"" + BUS + "\",\"message_type\":\"RULE_MATCH\"}\n");
        }
        assertThat(bucketPolicy).contains("arn:aws:s3:::b/mine/AWSLogs/111122223333/*", "bucket-owner-full-control");
    }

    @Test
    void theKeysOfObjectsAreOnesOwn() {
        source("info", BUS, "INFO_LOGS");
        var id = deliver("info", destination(ROOT, "bucket", "arn:aws:s3:::b", null), r -> r
                .recordFields(List.of("message_type")).s3DeliveryConfiguration(Logs.S3DeliveryConfiguration.of(c -> c
                        .suffixPath("{region}/{yyyy}").enableHiveCompatiblePath(true)))).id();
        tell("INFO_LOGS", "RULE_MATCH");
        assertThat(objects.getFirst().key()).startsWith("aws-region=us-east-1/year=");

        logs.updateDeliveryConfiguration(ROOT, Logs.UpdateDeliveryConfigurationRequest.of(r -> r.id(id)
                .s3DeliveryConfiguration(Logs.S3DeliveryConfiguration.of(c -> c.suffixPath("plain")))));
        tell("INFO_LOGS", "RULE_MATCH");
        assertThat(objects.getLast().key()).startsWith("plain/111122223333_");
    }

    @Test
    void aDeliveryStreamTakesThemWhileItHasTheTag() {
        source("info", BUS, "INFO_LOGS");
        deliver("info", destination(ROOT, "stream", STREAM, null));
        assertThat(tags).singleElement().satisfies(tag -> assertThat(tag.key()).isEqualTo("LogDeliveryEnabled"));
        tell("INFO_LOGS", "FIRST");
        tags.clear();
        tell("INFO_LOGS", "SECOND");

        assertThat(records).singleElement().satisfies(record -> assertThat(new String(record.data().array(),
                StandardCharsets.UTF_8)).contains("FIRST").endsWith("\n"));
    }

    @Test
    void anotherAccountsDestinationMustLetTheDeliveryBeMade() {
        source("info", BUS, "INFO_LOGS");
        var theirs = destination(OTHER, "stream", STREAM, null);
        assertThatThrownBy(() -> deliver("info", theirs)).isInstanceOfSatisfying(ApiError.class,
                error -> assertThat(error.code()).startsWith("AccessDenied"));

        logs.putDeliveryDestinationPolicy(OTHER, Logs.PutDeliveryDestinationPolicyRequest.of(r -> r
                .deliveryDestinationName("stream").deliveryDestinationPolicy("""
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:CreateDelivery",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Resource": "*"}]}""")));
        assertThat(deliver("info", theirs).deliveryDestinationArn()).isEqualTo(theirs);
    }

    @Test
    void whatIsRefused() {
        refused("ResourceNotFoundException", "Cannot access provided service.",
                () -> source("s", "arn:aws:sqs:us-east-1:111122223333:q", "INFO_LOGS"));
        refused("ValidationException", " This service is not allowed for this LogSource.",
                () -> source("s", BUS, "ACCESS_LOGS"));
        source("s", BUS, "INFO_LOGS");
        refused("ConflictException", "Update to existing Delivery Source with new ResourceId is not allowed. "
                + "Please create a new Delivery Source instead.", () -> source("s", BUS + "2", "INFO_LOGS"));
        var group = destination(ROOT, "group", GROUP, "json");
        refused("ValidationException", "Update to existing Delivery Destination with new Output Format is not "
                + "allowed. Please create a new Delivery Destination instead.",
                () -> destination(ROOT, "group", GROUP, "plain"));
        refused("ResourceNotFoundException", "Requested Delivery Source does not exist in this account.",
                () -> deliver("gone", group));
        refused("ResourceNotFoundException", "Requested Delivery Destination does not exist in this account.",
                () -> deliver("s", group + "2"));
        refused("NotImplemented", "A delivery of EventBusLogs in the format w3c is not built in Aloft yet.",
                () -> deliver("s", destination(ROOT, "w3c", "arn:aws:s3:::b", "w3c")));
        deliver("s", group);
        refused("ConflictException", "The specified Delivery already exists", () -> deliver("s", group));
        refused("ConflictException",
                "Delivery already exists for this Delivery Source with the same Delivery Destination Type.",
                () -> deliver("s", destination(ROOT, "group2", GROUP, null)));
        refused("ResourceNotFoundException", "Requested Delivery Source does not exist in this account..",
                () -> logs.getDeliverySource(ROOT, Logs.GetDeliverySourceRequest.of(r -> r.name("gone"))));
        refused("ResourceNotFoundException", "Requested Delivery does not exist in this account.",
                () -> logs.getDelivery(ROOT, Logs.GetDeliveryRequest.of(r -> r.id("gone"))));
        assertThatThrownBy(() -> logs.deleteDeliverySource(ROOT,
                Logs.DeleteDeliverySourceRequest.of(r -> r.name("s")))).isInstanceOf(Logs.ConflictException.class);
    }

    /** AWS asks nobody whether the resource is there; of a service that is not here nothing is ever told. */
    @Test
    void aDistributionsDeliveryHasCloudFrontsUsualFields() {
        var source = source("cdn", "arn:aws:cloudfront::111122223333:distribution/E1", "ACCESS_LOGS");
        assertThat(source.service()).isEqualTo("cloudfront");
        var delivery = deliver("cdn", destination(ROOT, "bucket", "arn:aws:s3:::b", null));
        assertThat(delivery.recordFields()).startsWith("date", "time").hasSize(33);
        assertThat(delivery.s3DeliveryConfiguration().suffixPath()).isEqualTo("AWSLogs/{account-id}/CloudFront/");
    }

    @Test
    void tagsOfWhatIsMadeAreToldOfSourcesAlone() {
        var source = logs.putDeliverySource(ROOT, Logs.PutDeliverySourceRequest.of(r -> r.name("s").resourceArn(BUS)
                .logType("INFO_LOGS").tags(Map.of("a", "1")))).deliverySource();
        assertThat(source.tags()).isEqualTo(Map.of("a", "1"));
        refused("ConflictException", "Tags can only be provided when a resource is being created, not updated.",
                () -> logs.putDeliverySource(ROOT, Logs.PutDeliverySourceRequest.of(r -> r.name("s").resourceArn(BUS)
                        .logType("INFO_LOGS").tags(Map.of("a", "2")))));
        logs.tagResource(ROOT, Logs.TagResourceRequest.of(r -> r.resourceArn(source.arn()).tags(Map.of("b", "2"))));
        logs.untagResource(ROOT, Logs.UntagResourceRequest.of(r -> r.resourceArn(source.arn())
                .tagKeys(List.of("a"))));
        assertThat(logs.listTagsForResource(ROOT, Logs.ListTagsForResourceRequest.of(r -> r
                .resourceArn(source.arn()))).tags()).isEqualTo(Map.of("b", "2"));
    }

    @Test
    void aTemplateMakesChangesAndDeletesThem() {
        var source = make("AWS::Logs::DeliverySource", Map.of("Name", "s", "ResourceArn", BUS, "LogType",
                "INFO_LOGS"));
        var destination = make("AWS::Logs::DeliveryDestination", Map.of("Name", "d", "DestinationResourceArn",
                "arn:aws:s3:::b"));
        var wanted = Map.<String, Object>of("DeliverySourceName", source.physicalId(), "DeliveryDestinationArn",
                destination.attributes().get("Arn"), "S3SuffixPath", "a/");
        var made = make("AWS::Logs::Delivery", wanted);
        // A step that is done twice.
        assertThat(make("AWS::Logs::Delivery", wanted).physicalId()).isEqualTo(made.physicalId());
        assertThat(made.attributes()).containsEntry("DeliveryDestinationType", "S3")
                .containsEntry("DeliveryId", made.physicalId());

        var types = service.resourceTypes();
        for (var type : List.of("AWS::Logs::Delivery", "AWS::Logs::DeliveryDestination",
                "AWS::Logs::DeliverySource")) {
            var it = types.stream().filter(each -> each.type().equals(type)).findFirst().orElseThrow();
            var id = type.endsWith("Delivery") ? made.physicalId() : type.endsWith("Source") ? "s" : "d";
            it.delete(ROOT, id, desired(Map.of()));
            assertThat(it.read(ROOT, id)).as(type).isEmpty();
        }
    }

    private Resource make(String type, Map<String, Object> properties) {
        return service.resourceTypes().stream().filter(each -> each.type().equals(type)).findFirst().orElseThrow()
                .create(ROOT, desired(properties));
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("stack", "stack", "It", "token", properties, Map.of());
    }

    @Test
    void whatBecomesOfADeliveryThatIsGoneIsGone() {
        source("info", BUS, "INFO_LOGS");
        var id = deliver("info", destination(ROOT, "group", GROUP, null)).id();
        logs.deleteDelivery(ROOT, Logs.DeleteDeliveryRequest.of(r -> r.id(id)));
        tell("INFO_LOGS", "LATE");
        time.advance(Duration.ofMinutes(1));

        assertThatThrownBy(() -> lines("EventBridgeEventBusLogs")).isInstanceOf(Logs.ResourceNotFoundException.class);
    }
}
