package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.ResourceType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::SQS::Queue.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html">
 *     AWS::SQS::Queue</a>
 */
record QueueResource(Sqs sqs, Queues queues) implements ResourceType {
    private static final int MAX_NAME = 80;
    private static final String FIFO = ".fifo";
    /**
     * The properties that are attributes, and what a queue gets whose template has one no longer: mostly what it had at
     * first, but CloudFormation knows an older limit of messages.
     */
    private static final Map<String, String> ATTRIBUTES = Map.ofEntries(
        Map.entry("ContentBasedDeduplication", "false"),
        Map.entry("DelaySeconds", "0"),
        Map.entry("KmsDataKeyReusePeriodSeconds", "300"),
        Map.entry("KmsMasterKeyId", ""),
        Map.entry("MaximumMessageSize", "262144"),
        Map.entry("MessageRetentionPeriod", "345600"),
        Map.entry("ReceiveMessageWaitTimeSeconds", "0"),
        Map.entry("RedriveAllowPolicy", ""),
        Map.entry("RedrivePolicy", ""),
        Map.entry("VisibilityTimeout", "30"));
    /** Those that stay as they are when a template has them no longer, as was seen on AWS. */
    private static final Set<String> KEPT = Set.of("DeduplicationScope", "FifoThroughputLimit", "SqsManagedSseEnabled");

    @Override
    public String type() {
        return "AWS::SQS::Queue";
    }

    @Override
    public boolean tellsProperties() {
        return true;
    }

    @Override
    public Set<String> properties() {
        var all = new HashSet<>(ATTRIBUTES.keySet());
        all.addAll(KEPT);
        all.addAll(Set.of("QueueName", "FifoQueue", "Tags"));
        return all;
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("QueueName", "FifoQueue");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("QueueName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = name(desired);
        var existing = queues.find(QueueName.named(caller, name));
        if (existing.isPresent() && !desired.isMarkedIn(existing.get().tags())) {
            throw ApiError.of("AlreadyExists", 400,
                "Resource of type 'AWS::SQS::Queue' with identifier '" + name + "' already exists.");
        }
        var attributes = attributes(desired.properties());
        if (isFifo(desired)) {
            attributes.put("FifoQueue", "true");
        }
        var url = sqs.createQueue(caller, Sqs.CreateQueueRequest.of(r -> r.queueName(name).tags(desired.marked())
            .attributes(attributes.isEmpty() ? null : attributes))).queueUrl();
        return resource(url, QueueName.named(caller, name));
    }

    private static String name(Desired desired) {
        if (desired.properties().get("QueueName") != null) {
            return desired.properties().get("QueueName").toString();
        }
        return isFifo(desired) ? desired.generatedName(MAX_NAME - FIFO.length()) + FIFO
            : desired.generatedName(MAX_NAME);
    }

    private static boolean isFifo(Desired desired) {
        return "true".equals(String.valueOf(desired.properties().get("FifoQueue")));
    }

    private static Map<String, String> attributes(Map<String, Object> properties) {
        var attributes = new LinkedHashMap<String, String>();
        properties.forEach((name, value) -> {
            if ((ATTRIBUTES.containsKey(name) || KEPT.contains(name)) && value != null) {
                attributes.put(name, value instanceof Map<?, ?> ? JsonWriter.string(value) : value.toString());
            }
        });
        return attributes;
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var changed = changed(attributes(before.properties()), attributes(after.properties()));
        if (!changed.isEmpty()) {
            sqs.setQueueAttributes(caller,
                Sqs.SetQueueAttributesRequest.of(r -> r.queueUrl(physicalId).attributes(changed)));
        }
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            sqs.untagQueue(caller, Sqs.UntagQueueRequest.of(r -> r.queueUrl(physicalId).tagKeys(gone)));
        }
        sqs.tagQueue(caller, Sqs.TagQueueRequest.of(r -> r.queueUrl(physicalId).tags(after.marked())));
        return resource(physicalId, QueueName.of(caller, physicalId));
    }

    private static Map<String, String> changed(Map<String, String> before, Map<String, String> after) {
        var changed = new LinkedHashMap<>(after);
        changed.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
        before.keySet().stream().filter(name -> !after.containsKey(name) && !KEPT.contains(name))
            .forEach(name -> changed.put(name, ATTRIBUTES.get(name)));
        if (after.containsKey("KmsMasterKeyId")) {
            // The two kinds of encryption exclude each other.
            changed.remove("SqsManagedSseEnabled", "true");
        } else {
            changed.remove("KmsDataKeyReusePeriodSeconds");
        }
        return changed;
    }

    /**
     * Deleted by CloudFormation, a name is free when that ends: on AWS it takes a minute, here the name does not wait.
     */
    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            sqs.deleteQueue(caller, Sqs.DeleteQueueRequest.of(r -> r.queueUrl(physicalId)));
        } catch (Sqs.QueueDoesNotExist _) {
            // Gone already, which is what was wanted.
        }
        queues.free(QueueName.of(caller, physicalId));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return queues.find(QueueName.of(caller, physicalId)).map(queue -> resource(physicalId, queue.name()));
    }

    private static Resource resource(String url, QueueName name) {
        return new Resource(url, Map.of("Arn", name.arn(), "QueueName", name.name(), "QueueUrl", url));
    }
}
