package dev.aloft.service.sns;

import static dev.aloft.service.sns.SnsResources.text;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::SNS::Topic. */
record TopicResource(Sns sns) implements ResourceType {
    private static final int MAX_NAME = 256;
    /** The properties that are attributes, and what a topic gets whose template has one no longer. */
    private static final Map<String, String> ATTRIBUTES = Map.of("DisplayName", "", "KmsMasterKeyId", "",
            "ContentBasedDeduplication", "false", "SignatureVersion", "1", "TracingConfig", "PassThrough",
            "ArchivePolicy", "{}", "FifoThroughputScope", "Topic");

    @Override
    public String type() {
        return "AWS::SNS::Topic";
    }

    @Override
    public boolean tellsProperties() {
        return true;
    }

    @Override
    public Set<String> properties() {
        return Set.of("TopicName", "DisplayName", "KmsMasterKeyId", "Subscription", "Tags", "FifoTopic",
                "ContentBasedDeduplication", "SignatureVersion", "TracingConfig", "ArchivePolicy",
                "DataProtectionPolicy", "DeliveryStatusLogging", "FifoThroughputScope");
    }

    @Override
    public List<String> members() {
        return List.of(
                "Subscription: Endpoint! Protocol!",
                "DeliveryStatusLogging: Protocol! SuccessFeedbackRoleArn SuccessFeedbackSampleRate "
                        + "FailureFeedbackRoleArn");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("TopicName", "FifoTopic");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("TopicName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        boolean fifo = "true".equals(text(desired.properties(), "FifoTopic"));
        var given = text(desired.properties(), "TopicName");
        var name = given != null ? given : fifo ? desired.generatedName(MAX_NAME - 5) + ".fifo"
                : desired.generatedName(MAX_NAME);
        var arn = caller.arn("sns", name).toString();
        if (!isOursOrNone(caller, arn, desired)) {
            throw ApiError.of("AlreadyExists", 400, "Resource of type 'AWS::SNS::Topic' with identifier '" + arn
                    + "' already exists.");
        }
        sns.createTopic(caller, Sns.CreateTopicRequest.of(r -> r.name(name).tags(Tags.told(desired.marked()))
                .attributes(fifo ? Map.of("FifoTopic", "true") : null)));
        return ResourceType.complete(arn, () -> configured(caller, arn, Map.of(), desired));
    }

    /** CreateTopic would take over a topic of somebody else's: look first. */
    private boolean isOursOrNone(Caller caller, String arn, Desired desired) {
        try {
            return desired.isMarkedIn(tags(caller, arn));
        } catch (Sns.ResourceNotFoundException _) {
            return true;
        }
    }

    private Map<String, String> tags(Caller caller, String arn) {
        return Tags.of(sns.listTagsForResource(caller, Sns.ListTagsForResourceRequest.of(r -> r.resourceArn(arn)))
                .tags());
    }

    private Resource configured(Caller caller, String arn, Map<String, Object> before, Desired desired) {
        var old = attributes(before);
        var wanted = attributes(desired.properties());
        old.keySet().stream().filter(name -> !wanted.containsKey(name)).forEach(name -> set(caller, arn, name,
                name.endsWith("SampleRate") ? "0" : ATTRIBUTES.getOrDefault(name, "")));
        wanted.forEach((name, value) -> {
            if (!value.equals(old.get(name))) {
                set(caller, arn, name, value);
            }
        });
        var protection = desired.document("DataProtectionPolicy");
        if (!Objects.equals(protection, Desired.document(before, "DataProtectionPolicy"))) {
            sns.putDataProtectionPolicy(caller, Sns.PutDataProtectionPolicyRequest.of(
                    r -> r.resourceArn(arn).dataProtectionPolicy(protection == null ? "" : protection)));
        }
        subscribe(caller, arn, before, desired.properties());
        return resource(arn);
    }

    private void set(Caller caller, String arn, String name, String value) {
        sns.setTopicAttributes(caller, Sns.SetTopicAttributesRequest.of(
                r -> r.topicArn(arn).attributeName(name).attributeValue(value)));
    }

    private static Map<String, String> attributes(Map<String, Object> properties) {
        var attributes = new LinkedHashMap<String, String>();
        ATTRIBUTES.keySet().stream().sorted().forEach(name -> {
            if (properties.get(name) != null) {
                attributes.put(name, Desired.document(properties, name));
            }
        });
        if (properties.get("DeliveryStatusLogging") instanceof List<?> logging) {
            logging.forEach(each -> feedback(attributes, (Map<?, ?>) each));
        }
        return attributes;
    }

    private static void feedback(Map<String, String> attributes, Map<?, ?> logging) {
        var protocol = switch (String.valueOf(logging.get("Protocol"))) {
            case "http/s" -> "HTTP";
            case "sqs" -> "SQS";
            case "lambda" -> "Lambda";
            case "firehose" -> "Firehose";
            case "application" -> "Application";
            default -> throw ApiError.of("ValidationException", 400,
                    "DeliveryStatusLogging has a Protocol that is none: " + logging.get("Protocol"));
        };
        for (var name : List.of("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")) {
            if (logging.get(name) != null) {
                attributes.put(protocol + name, logging.get(name).toString());
            }
        }
    }

    /** The topic's own list of subscriptions; those that left it are ended. */
    private void subscribe(Caller caller, String arn, Map<String, Object> before, Map<String, Object> after) {
        var wanted = subscriptions(after);
        for (var old : subscriptions(before)) {
            if (!wanted.contains(old)) {
                unsubscribe(caller, arn, old);
            }
        }
        for (var each : wanted) {
            sns.subscribe(caller, Sns.SubscribeRequest.of(r -> r.topicArn(arn).protocol(each.get("Protocol"))
                    .endpoint(each.get("Endpoint"))));
        }
    }

    private static List<Map<String, String>> subscriptions(Map<String, Object> properties) {
        var all = new ArrayList<Map<String, String>>();
        if (properties.get("Subscription") instanceof List<?> list) {
            list.forEach(each -> {
                var it = (Map<?, ?>) each;
                all.add(Map.of("Protocol", String.valueOf(it.get("Protocol")), "Endpoint",
                        String.valueOf(it.get("Endpoint"))));
            });
        }
        return all;
    }

    private void unsubscribe(Caller caller, String arn, Map<String, String> old) {
        String token = null;
        do {
            var next = token;
            var page = sns.listSubscriptionsByTopic(caller,
                    Sns.ListSubscriptionsByTopicRequest.of(r -> r.topicArn(arn).nextToken(next)));
            page.subscriptions().stream()
                    .filter(it -> it.protocol().equals(old.get("Protocol"))
                            && it.endpoint().equals(old.get("Endpoint"))
                            && it.subscriptionArn().startsWith("arn:"))
                    .forEach(it -> sns.unsubscribe(caller,
                            Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(it.subscriptionArn()))));
            token = page.nextToken();
        } while (token != null);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            sns.untagResource(caller, Sns.UntagResourceRequest.of(r -> r.resourceArn(physicalId).tagKeys(gone)));
        }
        sns.tagResource(caller, Sns.TagResourceRequest.of(r -> r.resourceArn(physicalId)
                .tags(Tags.told(after.marked()))));
        return configured(caller, physicalId, before.properties(), after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        sns.deleteTopic(caller, Sns.DeleteTopicRequest.of(r -> r.topicArn(physicalId)));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            sns.getTopicAttributes(caller, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(physicalId)));
            return Optional.of(resource(physicalId));
        } catch (Sns.NotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(String arn) {
        return new Resource(arn, Map.of("TopicArn", arn, "TopicName", arn.substring(arn.lastIndexOf(':') + 1)));
    }
}
