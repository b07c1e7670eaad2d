package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.arn;
import static dev.aloft.service.sns.Refusals.invalid;
import static dev.aloft.service.sns.Refusals.required;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.Counts;
import dev.aloft.service.sns.SnsData.KeptTopic;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Topics: making, changing and deleting them, their tags and permissions. */
final class Topics {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,256}");
    private static final Pattern FIFO_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,251}\\.fifo");

    private final SnsData data;
    private final Store store;
    private final Time time;

    Topics(SnsData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    String create(Caller caller, Sns.CreateTopicRequest input) {
        var name = required(input.name(), "Topic Name");
        var given = new LinkedHashMap<>(input.attributes() == null ? Map.of() : input.attributes());
        given.replaceAll(TopicAttributes::plain);
        boolean fifo = "true".equals(given.get("FifoTopic"));
        checkName(name, fifo);
        var policy = given.remove("Policy");
        given.forEach((attribute, value) -> checkNew(attribute, value, fifo));
        if (!fifo) {
            given.remove("FifoTopic");
        }
        var tags = Tags.with(Map.of(), Tags.of(input.tags()));
        checkProtection(input.dataProtectionPolicy() == null ? "" : input.dataProtectionPolicy());
        var now = time.instant();
        var topic = new KeptTopic(caller.account(), caller.region(), name, given,
                policy == null ? null : asAttribute(() -> TopicPolicy.checked(policy)), tags,
                input.dataProtectionPolicy(),
                TopicAttributes.retentionDays(given.get("ArchivePolicy")) > 0 ? now : null);
        return store.write(tx -> {
            var known = data.topics.get(tx, topic.key());
            known.ifPresentOrElse(old -> checkSame(old, topic), () -> data.topics.put(tx, topic.key(), topic));
            return topic.arn();
        });
    }

    private static void checkNew(String attribute, String value, boolean fifo) {
        if (attribute.equals("FifoTopic")) {
            if (!fifo && !value.equals("false")) {
                throw invalid("Attributes", "FifoTopic: Invalid value [" + value + "]. Must be true or false.");
            }
        } else if (!TopicAttributes.isKnown(attribute)) {
            throw invalid("Attributes", "Unknown attribute " + attribute);
        } else {
            asAttribute(() -> {
                TopicAttributes.check(attribute, value, fifo);
                return value;
            });
        }
    }

    /** A new topic's attributes are one parameter: what is wrong with one of them is told as wrong with that. */
    private static String asAttribute(Supplier<String> checked) {
        try {
            return checked.get();
        } catch (Sns.InvalidParameterException e) {
            var reason = e.getMessage().substring("Invalid parameter: ".length());
            throw reason.startsWith("Attributes ") ? e : invalid("Attributes", reason);
        }
    }

    private static void checkName(String name, boolean fifo) {
        if (fifo && !FIFO_NAME.matcher(name).matches()) {
            throw new Sns.InvalidParameterException("Fifo Topic names must end with .fifo and must be made up "
                    + "of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be "
                    + "between 1 and 256 characters "
                    + "long.");
        }
        if (!fifo && !NAME.matcher(name).matches()) {
            throw invalid("Topic Name");
        }
    }

    /** Making a topic again is nothing, unless something else is wanted of it. */
    private static void checkSame(KeptTopic old, KeptTopic wanted) {
        for (var attribute : wanted.attributes().entrySet()) {
            if (!attribute.getValue()
                    .equals(old.attributes().getOrDefault(attribute.getKey(), standard(attribute.getKey())))) {
                throw invalid("Attributes", "Topic already exists with different attributes");
            }
        }
        if (wanted.policy() != null && !wanted.policy().equals(TopicPolicy.of(old))) {
            throw invalid("Attributes", "Topic already exists with different attributes");
        }
        if (!old.tags().entrySet().containsAll(wanted.tags().entrySet())) {
            throw invalid("Tags", "Topic already exists with different tags");
        }
    }

    private static String standard(String attribute) {
        return switch (attribute) {
            case "DisplayName", "KmsMasterKeyId" -> "";
            case "ContentBasedDeduplication" -> "false";
            case "SignatureVersion" -> "1";
            case "TracingConfig" -> "PassThrough";
            case "FifoThroughputScope" -> "Topic";
            default -> null;
        };
    }

    /**
     * Deleting what is gone is no error, deleting an archive with its topic is one; a topic's subscriptions are not
     * told to the topic any more, but stay until they are looked at.
     */
    void delete(Caller caller, String topicArn) {
        var key = SnsData.key(arn(caller, topicArn, "TopicArn"));
        store.change(tx -> {
            data.topics.get(tx, key).filter(topic -> topic.archiveFrom() != null).ifPresent(_ -> {
                throw new Sns.InvalidStateException("Invalid state: Cannot delete a topic with an ArchivePolicy");
            });
            if (data.topics.delete(tx, key)) {
                data.counts.delete(tx, key);
                data.subscriptions.range(tx, key).toList().forEach(row -> {
                    if (row.value().token() != null) {
                        data.tokens.delete(tx, Subscriptions.tokenKey(row.value().token()));
                    }
                    data.subscriptions.delete(tx, row.key());
                });
                data.archive.deleteAll(tx, key);
                data.deduplications.deleteAll(tx, key);
                data.sequences.delete(tx, key);
            }
        });
    }

    Map<String, String> attributes(Caller caller, String topicArn) {
        return store.read(tx -> {
            var topic = existing(tx, caller, topicArn);
            return TopicAttributes.told(topic, data.counts.get(tx, topic.key()).orElse(Counts.NONE));
        });
    }

    void setAttribute(Caller caller, Sns.SetTopicAttributesRequest input) {
        var name = required(input.attributeName(), "AttributeName");
        var value = TopicAttributes.plain(name, input.attributeValue() == null ? "" : input.attributeValue());
        var now = time.instant();
        store.change(tx -> {
            var topic = existing(tx, caller, input.topicArn());
            TopicAttributes.check(name, value, topic.fifo());
            var changed = with(topic, name, value, now);
            data.topics.put(tx, topic.key(), changed);
            if (topic.archiveFrom() != null && changed.archiveFrom() == null) {
                data.archive.deleteAll(tx, topic.key());
            }
        });
    }

    private static KeptTopic with(KeptTopic topic, String name, String value, Instant now) {
        if (name.equals("Policy")) {
            return topic.withPolicy(TopicPolicy.checked(value));
        }
        boolean archive = name.equals("ArchivePolicy");
        boolean archives = archive && TopicAttributes.retentionDays(value) > 0;
        var attributes = new LinkedHashMap<>(topic.attributes());
        if (archive ? !archives : value.isEmpty() && !name.equals("DisplayName")) {
            attributes.remove(name);
        } else {
            attributes.put(name, value);
        }
        var changed = topic.withAttributes(attributes);
        if (!archive) {
            return changed;
        }
        return changed.archivingFrom(!archives ? null : topic.archiveFrom() == null ? now : topic.archiveFrom());
    }

    Sns.ListTopicsResponse list(Caller caller, String token) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var page = data.topics.page(tx, SnsData.all(caller), after, Paging.PAGE);
            return Sns.ListTopicsResponse.of(r -> r.nextToken(Paging.next(page))
                    .topics(page.values().stream().map(topic -> Sns.Topic.of(t -> t.topicArn(topic.arn()))).toList()));
        });
    }

    void addPermission(Caller caller, Sns.AddPermissionRequest input) {
        required(input.topicArn(), "TopicArn");
        required(input.label(), "Label");
        change(caller, input.topicArn(), topic -> topic.withPolicy(
                TopicPolicy.allowing(topic, input.label(), input.awsAccountId(), input.actionName())));
    }

    void removePermission(Caller caller, Sns.RemovePermissionRequest input) {
        required(input.topicArn(), "TopicArn");
        required(input.label(), "Label");
        change(caller, input.topicArn(), topic -> topic.withPolicy(TopicPolicy.without(topic, input.label())));
    }

    void tag(Caller caller, Sns.TagResourceRequest input) {
        var tags = Tags.of(input.tags());
        tagged(caller, input.resourceArn(), topic -> topic.withTags(Tags.with(topic.tags(), tags)));
    }

    void untag(Caller caller, Sns.UntagResourceRequest input) {
        tagged(caller, input.resourceArn(), topic -> topic.withTags(Tags.without(topic.tags(), input.tagKeys())));
    }

    List<Sns.Tag> tags(Caller caller, String resourceArn) {
        var key = SnsData.key(arn(caller, resourceArn, "ResourceArn"));
        return store.read(tx -> Tags.told(data.topics.get(tx, key).orElseThrow(Topics::noResource).tags()));
    }

    private void tagged(Caller caller, String resourceArn, UnaryOperator<KeptTopic> change) {
        var key = SnsData.key(arn(caller, resourceArn, "ResourceArn"));
        store.change(tx -> data.topics.update(tx, key, change).orElseThrow(Topics::noResource));
    }

    private static Sns.ResourceNotFoundException noResource() {
        return new Sns.ResourceNotFoundException("Resource does not exist");
    }

    String dataProtection(Caller caller, String resourceArn) {
        return store.read(tx -> existing(tx, caller, resourceArn).dataProtection());
    }

    void setDataProtection(Caller caller, Sns.PutDataProtectionPolicyRequest input) {
        required(input.resourceArn(), "ResourceArn");
        checkProtection(required(input.dataProtectionPolicy(), "DataProtectionPolicy"));
        change(caller, input.resourceArn(), topic -> topic.withDataProtection(
                input.dataProtectionPolicy().isEmpty() ? null : input.dataProtectionPolicy()));
    }

    /** Kept as it is, so little more is asked than that it is a document. */
    private static void checkProtection(String policy) {
        try {
            if (policy.isEmpty()) {
                return;
            }
            if (JsonReader.tree(policy) instanceof Map<?, ?> document) {
                checkDirections(document);
                return;
            }
        } catch (JsonReader.Malformed _) {
            // Told below.
        }
        throw invalid("DataProtectionPolicy", "failed to parse JSON.");
    }

    private static void checkDirections(Map<?, ?> protection) {
        if (protection.get("Statement") instanceof List<?> statements
                && !statements.stream().allMatch(Topics::hasDirection)) {
            throw invalid("DataProtectionPolicy", "Statement DataDirection must be either Inbound or Outbound");
        }
    }

    private static boolean hasDirection(Object statement) {
        return statement instanceof Map<?, ?> map
                && ("Inbound".equals(map.get("DataDirection")) || "Outbound".equals(map.get("DataDirection")));
    }

    private void change(Caller caller, String topicArn, UnaryOperator<KeptTopic> change) {
        store.change(tx -> {
            var topic = existing(tx, caller, topicArn);
            data.topics.put(tx, topic.key(), change.apply(topic));
        });
    }

    KeptTopic existing(ReadTx tx, Caller caller, String topicArn) {
        return data.topics.get(tx, SnsData.key(arn(caller, topicArn, "TopicArn"))).orElseThrow(Topics::unknown);
    }

    static Sns.NotFoundException unknown() {
        return new Sns.NotFoundException("Topic does not exist");
    }

    /** The policy of a topic, for IAM; empty where there is none. */
    String policy(String topicArn) {
        if (!dev.aloft.api.Arn.isArn(topicArn)) {
            return null;
        }
        var key = SnsData.key(dev.aloft.api.Arn.parse(topicArn));
        return store.read(tx -> data.topics.get(tx, key).map(TopicPolicy::of).orElse(null));
    }

    void count(Tx tx, KeptTopic topic, long pending, long confirmed, long deleted) {
        data.counts.put(tx, topic.key(),
                data.counts.get(tx, topic.key()).orElse(Counts.NONE).plus(pending, confirmed, deleted));
    }
}
