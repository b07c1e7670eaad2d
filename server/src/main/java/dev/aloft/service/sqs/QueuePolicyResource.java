package dev.aloft.service.sqs;

import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::SQS::QueuePolicy, the policy of some queues, and AWS::SQS::QueueInlinePolicy, that of one. A queue has one
 * policy: the last of those that name it.
 *
 * @param inline whether it is the policy of one queue, whose URL is its id then
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html">
 *     AWS::SQS::QueuePolicy</a>
 */
record QueuePolicyResource(Sqs sqs, boolean inline) implements ResourceType {
    private static final int MAX_ID = 128;

    @Override
    public String type() {
        return inline ? "AWS::SQS::QueueInlinePolicy" : "AWS::SQS::QueuePolicy";
    }

    @Override
    public Set<String> properties() {
        return Set.of("PolicyDocument", inline ? "Queue" : "Queues");
    }

    @Override
    public Set<String> required() {
        return properties();
    }

    @Override
    public Set<String> replacedBy() {
        return inline ? Set.of("Queue") : Set.of();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        urls(desired).forEach(url -> set(caller, url, desired.document("PolicyDocument")));
        return resource(inline ? urls(desired).getFirst() : desired.generatedName(MAX_ID));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var wanted = urls(after);
        wanted.forEach(url -> set(caller, url, after.document("PolicyDocument")));
        urls(before).stream().filter(url -> !wanted.contains(url)).forEach(url -> remove(caller, url));
        return resource(physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        urls(last).forEach(url -> remove(caller, url));
    }

    /** A policy has no id of its own in SQS: it is there as long as CloudFormation has not deleted it. */
    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(resource(physicalId));
    }

    private Resource resource(String physicalId) {
        return new Resource(physicalId, inline ? Map.of() : Map.of("Id", physicalId));
    }

    private List<String> urls(Desired desired) {
        var given = desired.properties().get(inline ? "Queue" : "Queues");
        return given instanceof List<?> list ? list.stream().map(Object::toString).toList() : List.of(given.toString());
    }

    private void set(Caller caller, String url, String document) {
        sqs.setQueueAttributes(caller, Sqs.SetQueueAttributesRequest.of(
            r -> r.queueUrl(url).attributes(Map.of("Policy", document))));
    }

    private void remove(Caller caller, String url) {
        try {
            set(caller, url, "");
        } catch (Sqs.QueueDoesNotExist _) {
            // Gone with its policy.
        }
    }
}
