package dev.aloft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.api.Sqs;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What services tell the default event bus, as a rule's queue sees it. */
class ServiceEventsTest {
    private static final String ACCOUNT = "123456789012";
    private static final Caller CALLER = new Caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT), "id", null, 0,
            "http://127.0.0.1:4566", "127.0.0.1", null);
    private static final String QUEUE = "arn:aws:sqs:us-east-1:123456789012:q";

    @TempDir
    private Path folder;
    private final TestTime time = new TestTime();
    private Platform platform;
    private Sqs sqs;

    @BeforeEach
    void start() {
        var config = new Config("127.0.0.1", 0, folder, false, "none", 1_000, 76_800, false, "shared", false);
        platform = new Platform(config, time, new MemoryStore(), new Blobs(folder.resolve("blobs")),
            KeyFile.inMemory());
        platform.start();
        sqs = Sqs.at(platform.endpoint());
        sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName("q").attributes(Map.of("Policy", """
                {"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},
                "Action":"sqs:SendMessage","Resource":"%s"}]}""".formatted(QUEUE)))));
        var events = Events.at(platform.endpoint());
        events.putRule(CALLER, Events.PutRuleRequest.of(r -> r.name("all")
                .eventPattern("{\"source\":[\"aws.ssm\",\"aws.ecr\",\"aws.kms\"]}")));
        events.putTargets(CALLER, Events.PutTargetsRequest.of(r -> r.rule("all")
                .targets(List.of(Events.Target.of(t -> t.id("q").arn(QUEUE))))));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    /** Those that came since the last time. */
    private List<Map<?, ?>> told() {
        time.settle();
        var url = sqs.getQueueUrl(CALLER, Sqs.GetQueueUrlRequest.of(r -> r.queueName("q"))).queueUrl();
        var all = new ArrayList<Map<?, ?>>();
        for (var some = received(url); !some.isEmpty(); some = received(url)) {
            some.forEach(message -> {
                all.add((Map<?, ?>) JsonReader.tree(message.body()));
                sqs.deleteMessage(CALLER, Sqs.DeleteMessageRequest.of(r -> r.queueUrl(url)
                        .receiptHandle(message.receiptHandle())));
            });
        }
        return all;
    }

    private List<Sqs.Message> received(String url) {
        var messages = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url)
                .maxNumberOfMessages(10))).messages();
        return messages == null ? List.of() : messages;
    }

    private static Object detail(Map<?, ?> event, String member) {
        return ((Map<?, ?>) event.get("detail")).get(member);
    }

    @Test
    void parametersThatAreMadeChangedLabelledAndDeleted() {
        var ssm = Ssm.at(platform.endpoint());
        for (var value : List.of("1", "2")) {
            ssm.putParameter(CALLER, Ssm.PutParameterRequest.of(r -> r.name("/app/size").type("String").value(value)
                    .overwrite(value.equals("2")).description("d")));
        }
        ssm.labelParameterVersion(CALLER, Ssm.LabelParameterVersionRequest.of(r -> r.name("/app/size")
                .labels(List.of("good"))));
        ssm.deleteParameter(CALLER, Ssm.DeleteParameterRequest.of(r -> r.name("/app/size")));
        var all = told();
        assertThat(all).extracting(event -> detail(event, "operation"))
                .containsExactlyInAnyOrder("Create", "Update", "LabelParameterVersion", "Delete");
        assertThat(all).allSatisfy(event -> {
            assertThat(event.get("detail-type")).isEqualTo("Parameter Store Change");
            assertThat(event.get("resources"))
                    .isEqualTo(List.of("arn:aws:ssm:us-east-1:123456789012:parameter/app/size"));
            assertThat(detail(event, "name")).isEqualTo("/app/size");
            assertThat(detail(event, "type")).isEqualTo("String");
            assertThat(detail(event, "description")).isEqualTo("d");
        });
    }

    @Test
    void imagesThatArePushedAndDeleted() {
        var ecr = Ecr.at(platform.endpoint());
        ecr.createRepository(CALLER, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app")));
        var manifest = "{\"schemaVersion\":2,\"manifests\":[],"
                + "\"mediaType\":\"application/vnd.oci.image.index.v1+json\"}";
        var digest = ecr.putImage(CALLER, Ecr.PutImageRequest.of(r -> r.repositoryName("app").imageTag("v1")
                .imageManifest(manifest))).image().imageId().imageDigest();
        assertThat(told()).singleElement().satisfies(event -> {
            assertThat(event.get("detail-type")).isEqualTo("ECR Image Action");
            assertThat(event.get("resources")).isEqualTo(List.of());
            assertThat(event.get("detail")).isEqualTo(Map.of("result", "SUCCESS", "repository-name", "app",
                    "image-digest", digest, "action-type", "PUSH", "image-tag", "v1"));
        });
        ecr.batchDeleteImage(CALLER, Ecr.BatchDeleteImageRequest.of(r -> r.repositoryName("app")
                .imageIds(List.of(Ecr.ImageIdentifier.of(i -> i.imageDigest(digest))))));
        assertThat(told()).singleElement()
                .satisfies(event -> assertThat(detail(event, "action-type")).isEqualTo("DELETE"));
    }

    @Test
    void keysThatAreRotatedAndDeleted() {
        var kms = Kms.at(platform.endpoint());
        var key = kms.createKey(CALLER, Kms.CreateKeyRequest.of(_ -> { })).keyMetadata();
        kms.rotateKeyOnDemand(CALLER, Kms.RotateKeyOnDemandRequest.of(r -> r.keyId(key.keyId())));
        kms.scheduleKeyDeletion(CALLER, Kms.ScheduleKeyDeletionRequest.of(r -> r.keyId(key.keyId())
                .pendingWindowInDays(7)));
        assertThat(told()).extracting(event -> event.get("detail-type")).isEqualTo(List.of("KMS CMK Rotation"));
        time.advance(Duration.ofDays(8));
        assertThat(told()).singleElement().satisfies(event -> {
            assertThat(event.get("detail-type")).isEqualTo("KMS CMK Deletion");
            assertThat(event.get("resources")).isEqualTo(List.of(key.arn()));
            assertThat(event.get("detail")).isEqualTo(Map.of("key-id", key.keyId()));
        });
    }
}
