package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.ResourceType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private static final String STACK = "aws:cloudformation:stack-id";
    private static final String LOGICAL_ID = "aws:cloudformation:logical-id";
    /** The properties that are attributes, and what a queue gets whose template has one no longer. */
    private static final Map<String, String> ATTRIBUTES = Map.ofEntries(
        Map.entry("ContentBasedDeduplication", "false"),
        Map.entry("DeduplicationScope", "queue"),
        Map.entry("DelaySeconds", "0"),
        Map.entry("FifoThroughputLimit", "perQueue"),
        Map.entry("KmsDataKeyReusePeriodSeconds", "300"),
        Map.entry("KmsMasterKeyId", ""),
        Map.entry("MaximumMessageSize", "1048576"),
        Map.entry("MessageRetentionPeriod", "345600"),
        Map.entry("ReceiveMessageWaitTimeSeconds", "0"),
        Map.entry("RedriveAllowPolicy", ""),
        Map.entry("RedrivePolicy", ""),
        Map.entry("SqsManagedSseEnabled", "true"),
        Map.entry("VisibilityTimeout", "30"));

    @Override
    public String type() {
        return "AWS::SQS::Queue";
    }

    @Override
    public Set<String> properties() {
        var all = new HashSet<>(ATTRIBUTES.keySet());
        all.addAll(Set.of("QueueName", "FifoQueue", "Tags"));
        return all;
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("QueueName", "FifoQueue");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = name(desired);
        var existing = queues.find(QueueName.named(caller, name));
        if (existing.isPresent() && !isOurs(existing.get(), desired)) {
            throw ApiError.of("AlreadyExists", 400,
                "Resource of type 'AWS::SQS::Queue' with identifier '" + name + "' already exists.");
        }
        var attributes = attributes(desired.properties());
        if (isFifo(desired)) {
            attributes.put("FifoQueue", "true");
        }
        var url = sqs.createQueue(caller, Sqs.CreateQueueRequest.of(r -> r.queueName(name).tags(tags(desired))
            .attributes(attributes.isEmpty() ? null : attributes))).queueUrl();
        return resource(url, QueueName.named(caller, name));
    }

    private static String name(Desired desired) {
        if (desired.properties().get("QueueName") != null) {
            return desired.properties().get("QueueName").toString();
        }
        return isFifo(desired) ? desired.generatedName(MAX_NAME - FIFO.length()) + FIFO : desired.generatedName(MAX_NAME);
    }

    private static boolean isFifo(Desired desired) {
        return "true".equals(String.valueOf(desired.properties().get("FifoQueue")));
    }

    /** Made by an earlier try for the same resource of the same stack. */
    private static boolean isOurs(Queue queue, Desired desired) {
        return desired.stackId().equals(queue.tags().get(STACK)) && desired.logicalId().equals(queue.tags().get(LOGICAL_ID));
    }

    private static Map<String, String> attributes(Map<String, Object> properties) {
        var attributes = new LinkedHashMap<String, String>();
        properties.forEach((name, value) -> {
            if (ATTRIBUTES.containsKey(name) && value != null) {
                attributes.put(name, value instanceof Map<?, ?> ? JsonWriter.string(value) : value.toString());
            }
        });
        return attributes;
    }

    private static Map<String, String> tags(Desired desired) {
        var tags = new LinkedHashMap<>(desired.tags());
        if (desired.properties().get("Tags") instanceof List<?> list) {
            for (var each : list) {
                if (each instanceof Map<?, ?> tag && tag.get("Key") != null) {
                    tags.put(tag.get("Key").toString(), Objects.toString(tag.get("Value"), ""));
                }
            }
        }
        tags.put(STACK, desired.stackId());
        tags.put(LOGICAL_ID, desired.logicalId());
        return tags;
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var changed = changed(attributes(before.properties()), attributes(after.properties()));
        if (!changed.isEmpty()) {
            sqs.setQueueAttributes(caller, Sqs.SetQueueAttributesRequest.of(r -> r.queueUrl(physicalId).attributes(changed)));
        }
        var tags = tags(after);
        var gone = tags(before).keySet().stream().filter(key -> !tags.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            sqs.untagQueue(caller, Sqs.UntagQueueRequest.of(r -> r.queueUrl(physicalId).tagKeys(gone)));
        }
        sqs.tagQueue(caller, Sqs.TagQueueRequest.of(r -> r.queueUrl(physicalId).tags(tags)));
        return resource(physicalId, QueueName.of(caller, physicalId));
    }

    private static Map<String, String> changed(Map<String, String> before, Map<String, String> after) {
        var changed = new LinkedHashMap<>(after);
        changed.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
        before.keySet().stream().filter(name -> !after.containsKey(name))
            .forEach(name -> changed.put(name, ATTRIBUTES.get(name)));
        // The two kinds of encryption exclude each other: a key of one's own takes SQS's away, and without it that is back.
        if (after.containsKey("KmsMasterKeyId")) {
            changed.remove("SqsManagedSseEnabled", "true");
        } else {
            changed.remove("KmsDataKeyReusePeriodSeconds");
        }
        if (changed.remove("KmsMasterKeyId", "")) {
            changed.putIfAbsent("SqsManagedSseEnabled", "true");
        }
        return changed;
    }

    /** Deleted by CloudFormation, a name is free when that ends: on AWS it takes a minute, here the name does not wait. */
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
