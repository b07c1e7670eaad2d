package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a bucket tells of its objects. */
class NotificationsTest extends S3Fixture {
    private static final String QUEUE = "arn:aws:sqs:us-east-1:123456789012:q";
    private static final String BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default";

    private record Told(Caller caller, String target, Map<?, ?> event) {
        Map<?, ?> record() {
            return (Map<?, ?>) ((List<?>) event.get("Records")).getFirst();
        }

        Map<?, ?> object() {
            return (Map<?, ?>) ((Map<?, ?>) record().get("s3")).get("object");
        }

        String name() {
            return record().get("eventName").toString();
        }
    }

    private final List<Told> told = new ArrayList<>();

    @BeforeEach
    void listen() {
        for (var name : List.of("sqs", "events")) {
            targets.add(new Target() {
                @Override
                public String service() {
                    return name;
                }

                @Override
                public void deliver(Caller caller, Arn target, Event event) {
                    told.add(new Told(caller, target.toString(), (Map<?, ?>) JsonReader.tree(event.body())));
                }
            });
        }
        bucket("bucket");
    }

    private void configure(Consumer<S3.NotificationConfiguration.Builder> with) {
        s3.putBucketNotificationConfiguration(CALLER,
            S3.PutBucketNotificationConfigurationRequest.of(r -> r.bucket("bucket")
            .skipDestinationValidation(true).notificationConfiguration(S3.NotificationConfiguration.of(with))));
    }

    private void tellQueue(String... events) {
        configure(c -> c.queueConfigurations(List.of(queue(QUEUE, events))));
    }

    private static S3.QueueConfiguration queue(String arn, String... events) {
        return S3.QueueConfiguration.of(q -> q.id("config").queueArn(arn).events(List.of(events)));
    }

    private static S3.QueueConfiguration filtered(String arn, String event, String prefix, String suffix) {
        return S3.QueueConfiguration.of(q -> q.queueArn(arn).events(List.of(event))
            .filter(S3.NotificationConfigurationFilter.of(
            f -> f.key(S3.S3KeyFilter.of(k ->
                k.filterRules(List.of(S3.FilterRule.of(r -> r.name("prefix").value(prefix)),
                S3.FilterRule.of(r -> r.name("SUFFIX").value(suffix)))))))));
    }

    private static void refused(String message, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOfSatisfying(ApiError.class,
            error -> assertThat(error.code()).isEqualTo("InvalidArgument")).hasMessage(message);
    }

    @Test
    void whatIsNoConfiguration() {
        refused("The ARN could not be parsed",
            () -> configure(c -> c.queueConfigurations(List.of(queue("invalid-queue", "s3:ObjectCreated:*")))));
        refused("The event 's3:ObjectMade:*' is not supported for notifications", () -> tellQueue("s3:ObjectMade:*"));
        refused("The notification destination service region is not valid for the bucket location constraint",
            () -> configure(
            c -> c.queueConfigurations(List.of(queue(QUEUE.replace("us-east-1", "eu-west-1"), "s3:ObjectCreated:*")))));
        refused("Unable to validate the following destination configurations", () -> configure(
            c -> c.queueConfigurations(List.of(queue(QUEUE + ".fifo", "s3:ObjectCreated:*")))));
        refused("Configurations overlap. Configurations on the same bucket cannot share a common event type.",
            () -> configure(
            c -> c.queueConfigurations(List.of(queue(QUEUE, "s3:ObjectCreated:*"),
                queue(QUEUE + "2", "s3:ObjectCreated:Put")))));
        refused("Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
            + "prefixes are overlapping for the same event type.", () -> configure(c -> c.queueConfigurations(List.of(
                filtered(QUEUE, "s3:ObjectCreated:*", "a/", ".png"),
                filtered(QUEUE, "s3:ObjectCreated:*", "a/b/", "g")))));
        configure(c -> c.queueConfigurations(List.of(filtered(QUEUE, "s3:ObjectCreated:*", "a/", ".png"),
            filtered(QUEUE, "s3:ObjectCreated:*", "a/b/", ".jpg"))));
        refused("Unable to validate the following destination configurations",
            () -> s3.putBucketNotificationConfiguration(CALLER,
            S3.PutBucketNotificationConfigurationRequest.of(r -> r.bucket("bucket").notificationConfiguration(
                S3.NotificationConfiguration.of(c ->
                    c.queueConfigurations(List.of(queue(QUEUE, "s3:ObjectCreated:*"))))))));
    }

    @Test
    void aConfigurationIsToldInS3sSpelling() {
        configure(c -> c.queueConfigurations(List.of(filtered(QUEUE, "s3:ObjectCreated:*", "p", "")))
            .eventBridgeConfiguration(S3.EventBridgeConfiguration.of(_ -> { })));
        var kept = s3.getBucketNotificationConfiguration(CALLER,
            S3.GetBucketNotificationConfigurationRequest.of(r -> r.bucket("bucket")));
        assertThat(kept.eventBridgeConfiguration()).isNotNull();
        assertThat(kept.queueConfigurations().getFirst().id()).isNotEmpty();
        assertThat(kept.queueConfigurations().getFirst().filter().key().filterRules()).extracting(S3.FilterRule::name)
            .containsExactly("Prefix", "Suffix");
    }

    @Test
    void aNewObject() {
        tellQueue("s3:ObjectCreated:*");
        put("bucket", "folder/a@b c", "something");
        time.settle();
        var record = told.getFirst().record();
        assertThat(told.getFirst().caller().principal().arn()).isEqualTo("s3.amazonaws.com");
        assertThat(List.copyOf(record.keySet()))
            .hasToString("[eventVersion, eventSource, awsRegion, eventTime, eventName, "
            + "userIdentity, requestParameters, responseElements, s3]");
        assertThat(record.get("eventVersion")).isEqualTo("2.1");
        assertThat(record.get("eventTime").toString()).matches("2026-01-01T00:00:00.000Z");
        assertThat(record.get("eventName")).isEqualTo("ObjectCreated:Put");
        assertThat(record.get("requestParameters")).hasToString("{sourceIPAddress=127.0.0.1}");
        assertThat(((Map<?, ?>) record.get("s3")).get("configurationId")).isEqualTo("config");
        var object = told.getFirst().object();
        assertThat(object.get("key")).isEqualTo("folder/a%40b+c");
        assertThat(object.get("size")).isEqualTo(9);
        assertThat(object.get("eTag")).isEqualTo("437b930db84b8079c2dd804a71936b5f");
        assertThat(object.get("sequencer").toString()).matches("[0-9A-F]{18}");
        assertThat(object.containsKey("versionId")).isFalse();
    }

    @Test
    void copiesDeletionsAndTags() {
        tellQueue("s3:ObjectCreated:Copy", "s3:ObjectRemoved:*", "s3:ObjectTagging:*");
        put("bucket", "a", "something");
        s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("bucket").key("c").copySource("bucket/a")));
        s3.putObjectTagging(CALLER, S3.PutObjectTaggingRequest.of(r -> r.bucket("bucket").key("a").tagging(
            S3.Tagging.of(t -> t.tagSet(List.of(S3.Tag.of(tag -> tag.key("k").value("v"))))))));
        s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bucket").key("a")));
        s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bucket").key("never-there")));
        time.settle();
        assertThat(told).extracting(Told::name)
            .containsExactlyInAnyOrder("ObjectCreated:Copy", "ObjectTagging:Put", "ObjectRemoved:Delete");
        var removed = told.stream().filter(it -> it.name().equals("ObjectRemoved:Delete")).findFirst().orElseThrow();
        assertThat(removed.object()).hasToString("{key=a, sequencer=" + removed.object().get("sequencer") + "}");
        var tagged = told.stream().filter(it -> it.name().equals("ObjectTagging:Put")).findFirst().orElseThrow();
        assertThat(tagged.record().get("eventVersion")).isEqualTo("2.3");
        assertThat(tagged.object()).hasToString("{key=a, eTag=437b930db84b8079c2dd804a71936b5f}");
    }

    @Test
    void versionsAndDeleteMarkers() {
        versioning("bucket", "Enabled");
        tellQueue("s3:ObjectCreated:*", "s3:ObjectRemoved:*");
        var version = put("bucket", "a", "something").versionId();
        var marker = s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bucket").key("a"))).versionId();
        s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bucket").key("a").versionId(version)));
        time.settle();
        assertThat(told).extracting(it -> it.name() + " " + it.object().get("versionId")).containsExactlyInAnyOrder(
            "ObjectCreated:Put " + version, "ObjectRemoved:DeleteMarkerCreated " + marker,
            "ObjectRemoved:Delete " + version);
    }

    @Test
    void onlyKeysThatTheFilterLetsThrough() {
        configure(c -> c.queueConfigurations(List.of(filtered(QUEUE, "s3:ObjectCreated:Put", "in/", ".txt"))));
        put("bucket", "in/a.txt", "x");
        put("bucket", "in/a.png", "x");
        put("bucket", "out/a.txt", "x");
        time.settle();
        assertThat(told).extracting(it -> it.object().get("key").toString()).containsExactly("in/a.txt");
    }

    @Test
    void theBus() {
        configure(c -> c.eventBridgeConfiguration(S3.EventBridgeConfiguration.of(_ -> { })));
        put("bucket", "a b", "test");
        s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bucket").key("a b")));
        time.settle();
        assertThat(told).extracting(Told::target).containsOnly(BUS);
        var created = told.stream().map(Told::event).filter(it -> it.get("detail-type").equals("Object Created"))
            .findFirst().orElseThrow();
        var sequencer = Pattern.compile("[0-9A-F]{18}");
        assertThat(sequencer.matcher(created.toString()).replaceAll("SEQUENCER"))
            .isEqualTo("{source=aws.s3, detail-type=Object Created, "
            + "resources=[arn:aws:s3:::bucket], time=2026-01-01T00:00:00Z, detail={version=0, bucket={name=bucket}, "
            + "object={key=a b, size=4, etag=098f6bcd4621d373cade4e832627b4f6, sequencer=SEQUENCER}, request-id=id, "
            + "requester=123456789012, "
            + "source-ip-address=127.0.0.1, reason=PutObject}}");
        var deleted = told.stream().map(Told::event).filter(it -> it.get("detail-type").equals("Object Deleted"))
            .findFirst().orElseThrow();
        assertThat(((Map<?, ?>) deleted.get("detail")).get("deletion-type")).isEqualTo("Permanently Deleted");
    }
}
