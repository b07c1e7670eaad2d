package dev.aloft.service.sns;

import static dev.aloft.service.sns.TopicPolicy.standard;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::SNS::Topic, Subscription, TopicPolicy and TopicInlinePolicy. */
final class SnsResources {

    private SnsResources() {
    }

    static List<ResourceType> all(Sns sns) {
        return List.of(new Topic(sns), new Subscription(sns), new TopicPolicy(sns), new TopicInlinePolicy(sns));
    }

    private static String text(Map<?, ?> properties, String name) {
        return Objects.toString(properties.get(name), null);
    }

    private record Topic(Sns sns) implements ResourceType {
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

    private record Subscription(Sns sns) implements ResourceType {
        /** The scope before the policy, which may need the wider one. */
        private static final List<String> ATTRIBUTES =
                List.of("RawMessageDelivery", "FilterPolicyScope", "FilterPolicy",
                "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");
        /** The other way about, where the scope becomes the narrower one. */
        private static final List<String> NARROWING = List.of("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope",
                "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");

        @Override
        public String type() {
            return "AWS::SNS::Subscription";
        }

        @Override
        public Set<String> properties() {
            return Set.of("TopicArn", "Protocol", "Endpoint", "Region", "RawMessageDelivery", "FilterPolicyScope",
                    "FilterPolicy", "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");
        }

        @Override
        public Set<String> required() {
            return Set.of("TopicArn", "Protocol");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("TopicArn", "Protocol", "Endpoint");
        }

        /** In the topic's region, which may be another than the stack's. */
        private static Caller there(Caller caller, Map<String, Object> properties) {
            var region = text(properties, "Region");
            return region == null ? caller : caller.in(caller.account(), region);
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var properties = desired.properties();
            var response = sns.subscribe(there(caller, properties), Sns.SubscribeRequest.of(r -> r
                    .topicArn(text(properties, "TopicArn")).protocol(text(properties, "Protocol"))
                    .endpoint(text(properties, "Endpoint")).attributes(attributes(properties))
                    .returnSubscriptionArn(true)));
            return resource(response.subscriptionArn());
        }

        private static Map<String, String> attributes(Map<String, Object> properties) {
            var attributes = new LinkedHashMap<String, String>();
            for (var name : ATTRIBUTES) {
                if (properties.get(name) != null) {
                    attributes.put(name, Desired.document(properties, name));
                }
            }
            return attributes;
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            var old = attributes(before.properties());
            var wanted = attributes(after.properties());
            var there = there(caller, after.properties());
            for (var name : FilterPolicy.BODY.equals(wanted.get("FilterPolicyScope")) ? ATTRIBUTES : NARROWING) {
                if (!Objects.equals(old.get(name), wanted.get(name))) {
                    var value = wanted.getOrDefault(name, name.equals("RawMessageDelivery") ? "false" : "");
                    sns.setSubscriptionAttributes(there, Sns.SetSubscriptionAttributesRequest.of(
                            r -> r.subscriptionArn(physicalId).attributeName(name).attributeValue(value)));
                }
            }
            return resource(physicalId);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            var there = there(caller, last.properties());
            // What nobody has confirmed cannot be ended: it goes when nobody does, or with its topic.
            if (!isPending(there, physicalId)) {
                sns.unsubscribe(there, Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(physicalId)));
            }
        }

        private boolean isPending(Caller caller, String arn) {
            try {
                return "true".equals(sns.getSubscriptionAttributes(caller, Sns.GetSubscriptionAttributesRequest.of(
                        r -> r.subscriptionArn(arn))).attributes().get("PendingConfirmation"));
            } catch (Sns.NotFoundException _) {
                return false;
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                sns.getSubscriptionAttributes(caller,
                        Sns.GetSubscriptionAttributesRequest.of(r -> r.subscriptionArn(physicalId)));
                return Optional.of(resource(physicalId));
            } catch (Sns.NotFoundException _) {
                return Optional.empty();
            }
        }

        private static Resource resource(String arn) {
            return new Resource(arn, Map.of("Arn", arn));
        }
    }

    private static void setPolicy(Sns sns, Caller caller, String topic, String policy) {
        sns.setTopicAttributes(caller, Sns.SetTopicAttributesRequest.of(
                r -> r.topicArn(topic).attributeName("Policy").attributeValue(policy)));
    }

    private static void removePolicy(Sns sns, Caller caller, String topic) {
        try {
            setPolicy(sns, caller, topic, standard(topic));
        } catch (Sns.NotFoundException _) {
            // Gone with the topic.
        }
    }

    /** One policy for some topics. */
    private record TopicPolicy(Sns sns) implements ResourceType {
        @Override
        public String type() {
            return "AWS::SNS::TopicPolicy";
        }

        @Override
        public Set<String> properties() {
            return required();
        }

        @Override
        public Set<String> required() {
            return Set.of("PolicyDocument", "Topics");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var id = desired.generatedName(128);
            topics(desired).forEach(topic -> setPolicy(sns, caller, topic, desired.document("PolicyDocument")));
            return new Resource(id, Map.of("Id", id));
        }

        private static List<String> topics(Desired desired) {
            return desired.properties().get("Topics") instanceof List<?> list
                    ? list.stream().map(Object::toString).toList()
                    : List.of();
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            topics(before).stream().filter(topic -> !topics(after).contains(topic))
                    .forEach(topic -> removePolicy(sns, caller, topic));
            topics(after).forEach(topic -> setPolicy(sns, caller, topic, after.document("PolicyDocument")));
            return new Resource(physicalId, Map.of("Id", physicalId));
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            topics(last).forEach(topic -> removePolicy(sns, caller, topic));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of("Id", physicalId)));
        }
    }

    /** The policy of one topic, which has none of somebody else's already. */
    private record TopicInlinePolicy(Sns sns) implements ResourceType {
        @Override
        public String type() {
            return "AWS::SNS::TopicInlinePolicy";
        }

        @Override
        public Set<String> properties() {
            return required();
        }

        @Override
        public Set<String> required() {
            return Set.of("PolicyDocument", "TopicArn");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("TopicArn");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var topic = text(desired.properties(), "TopicArn");
            var wanted = wanted(desired, topic);
            var present = tree(sns.getTopicAttributes(caller, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(topic)))
                    .attributes().get("Policy"));
            if (!present.equals(tree(standard(topic))) && !present.equals(wanted)) {
                throw ApiError.of("AlreadyExists", 400, "Topic: " + topic + ", Policy already exists");
            }
            return put(caller, topic, desired);
        }

        private static Object tree(String document) {
            return JsonReader.tree(document);
        }

        private static Object wanted(Desired desired, String topic) {
            var wanted = tree(desired.document("PolicyDocument"));
            if (wanted.equals(tree(standard(topic)))) {
                throw ApiError.of("InvalidRequest", 400, "Cannot set policy to the default policy");
            }
            return wanted;
        }

        private Resource put(Caller caller, String topic, Desired desired) {
            setPolicy(sns, caller, topic, desired.document("PolicyDocument"));
            return new Resource(topic, Map.of());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            wanted(after, physicalId);
            return put(caller, physicalId, after);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            removePolicy(sns, caller, physicalId);
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }
}
