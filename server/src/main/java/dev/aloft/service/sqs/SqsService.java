package dev.aloft.service.sqs;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operations of Amazon SQS. */
public final class SqsService implements Service, Sqs {
    private final SqsData data = new SqsData();
    private final Queues queues;
    private final Permissions permissions;
    private final Throttle throttle;
    private final Send send;
    private final Receive receive;
    private final Messages messages;
    private final Measures measures;
    private final MoveTasks moveTasks;
    private final Housekeeping housekeeping;
    private final List<ResourceType> resourceTypes;

    /** Without CloudWatch, where a test needs queues. */
    public SqsService(Store platform, Time time, Endpoint endpoint) {
        this(platform, new Metrics(endpoint, time), time, endpoint);
    }

    public SqsService(Store platform, Metrics metrics, Time time, Endpoint endpoint) {
        var store = platform.in("sqs");
        var lines = new Lines(data);
        var arrivals = new Arrivals();
        measures = new Measures(data, lines, metrics, store, time);
        queues = new Queues(data, lines, arrivals, store, time);
        permissions = new Permissions(queues);
        throttle = new Throttle(queues, time);
        var encryption = new Encryption(new Envelopes("sqs", endpoint, time, Errors::ofKey));
        send = new Send(queues, lines, new Deduplication(data), measures, arrivals, encryption, store, time);
        receive = new Receive(data, queues, lines, new DeadLetters(data, lines, arrivals), measures, arrivals,
            encryption, store, time);
        messages = new Messages(queues, lines, measures, arrivals, store, time);
        moveTasks = new MoveTasks(data, lines, store, time);
        housekeeping = new Housekeeping(data, new Retention(data, lines),
            new Moving(data, lines, arrivals, encryption, store), store, time);
        var sqs = Sqs.at(endpoint);
        resourceTypes = List.of(new QueueResource(sqs, queues), new QueuePolicyResource(sqs, false),
            new QueuePolicyResource(sqs, true));
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("sqs housekeeping", data.due, housekeeping::turn),
            new Worker("sqs metrics", new Signal(), measures::turn));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case AddPermissionRequest r -> queue("AddPermission", caller, r.queueUrl());
            case CancelMessageMoveTaskRequest r ->
                tasks("CancelMessageMoveTask", caller, MoveTasks.sourceArn(r.taskHandle()));
            case ChangeMessageVisibilityRequest r -> queue("ChangeMessageVisibility", caller, r.queueUrl());
            case ChangeMessageVisibilityBatchRequest r -> queue("ChangeMessageVisibility", caller, r.queueUrl());
            case CreateQueueRequest r -> naming(
                Access.to("sqs:CreateQueue", QueueName.named(caller, r.queueName()).arn()), r.attributes());
            case DeleteMessageRequest r -> queue("DeleteMessage", caller, r.queueUrl());
            case DeleteMessageBatchRequest r -> queue("DeleteMessage", caller, r.queueUrl());
            case DeleteQueueRequest r -> queue("DeleteQueue", caller, r.queueUrl());
            case GetQueueAttributesRequest r -> queue("GetQueueAttributes", caller, r.queueUrl());
            case GetQueueUrlRequest r -> Access.to("sqs:GetQueueUrl", new QueueName(
                r.queueOwnerAWSAccountId() == null ? caller.account() : r.queueOwnerAWSAccountId(), caller.region(),
                r.queueName()).arn());
            case ListDeadLetterSourceQueuesRequest r -> queue("ListDeadLetterSourceQueues", caller, r.queueUrl());
            case ListMessageMoveTasksRequest r -> tasks("ListMessageMoveTasks", caller, r.sourceArn());
            case ListQueueTagsRequest r -> queue("ListQueueTags", caller, r.queueUrl());
            case ListQueuesRequest _ -> Access.to("sqs:ListQueues");
            case PurgeQueueRequest r -> queue("PurgeQueue", caller, r.queueUrl());
            case ReceiveMessageRequest r -> queue("ReceiveMessage", caller, r.queueUrl());
            case RemovePermissionRequest r -> queue("RemovePermission", caller, r.queueUrl());
            case SendMessageRequest r -> queue("SendMessage", caller, r.queueUrl());
            case SendMessageBatchRequest r -> queue("SendMessage", caller, r.queueUrl());
            case SetQueueAttributesRequest r ->
                naming(queue("SetQueueAttributes", caller, r.queueUrl()), r.attributes());
            case StartMessageMoveTaskRequest r -> tasks("StartMessageMoveTask", caller, r.sourceArn());
            case TagQueueRequest r -> queue("TagQueue", caller, r.queueUrl());
            case UntagQueueRequest r -> queue("UntagQueue", caller, r.queueUrl());
        };
    }

    /** Whom the queue's policy names. */
    private static Access naming(Access access, Map<String, String> attributes) {
        var policy = attributes == null ? null : attributes.get("Policy");
        return access.naming(Policy.named(policy, Policy.Kind.RESOURCE), _ -> QueueAttributes.invalid("Policy"));
    }

    private static Access queue(String action, Caller caller, String url) {
        return Access.to("sqs:" + action, QueueName.of(caller, url).arn());
    }

    /** Tasks are for the caller's own queues; those of others are not there for them. */
    private static Access tasks(String action, Caller caller, String arn) {
        var name = QueueName.ofArn(arn);
        return name != null && name.account().equals(caller.account())
            ? Access.to("sqs:" + action, arn) : Access.to("sqs:" + action);
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        var name = QueueName.ofArn(arn);
        return name == null ? Optional.empty()
            : queues.find(name).map(queue -> queue.attributes().get("Policy"));
    }

    @Override
    public AddPermissionResponse addPermission(Caller caller, AddPermissionRequest input) {
        permissions.add(QueueName.of(caller, input.queueUrl()), input);
        return AddPermissionResponse.of(_ -> {});
    }

    @Override
    public RemovePermissionResponse removePermission(Caller caller, RemovePermissionRequest input) {
        permissions.remove(QueueName.of(caller, input.queueUrl()), input.label());
        return RemovePermissionResponse.of(_ -> {});
    }

    @Override
    public CreateQueueResponse createQueue(Caller caller, CreateQueueRequest input) {
        var name = queues.create(caller, input);
        return CreateQueueResponse.of(r -> r.queueUrl(name.url(caller)));
    }

    @Override
    public DeleteQueueResponse deleteQueue(Caller caller, DeleteQueueRequest input) {
        queues.delete(QueueName.of(caller, input.queueUrl()));
        return DeleteQueueResponse.of(_ -> {});
    }

    @Override
    public PurgeQueueResponse purgeQueue(Caller caller, PurgeQueueRequest input) {
        queues.purge(QueueName.of(caller, input.queueUrl()));
        return PurgeQueueResponse.of(_ -> {});
    }

    @Override
    public GetQueueUrlResponse getQueueUrl(Caller caller, GetQueueUrlRequest input) {
        var name = queues.url(caller, input);
        return GetQueueUrlResponse.of(r -> r.queueUrl(name.url(caller)));
    }

    @Override
    public ListQueuesResponse listQueues(Caller caller, ListQueuesRequest input) {
        return queues.list(caller, input);
    }

    @Override
    public ListDeadLetterSourceQueuesResponse listDeadLetterSourceQueues(
            Caller caller, ListDeadLetterSourceQueuesRequest input) {
        return queues.sources(caller, QueueName.of(caller, input.queueUrl()), input.nextToken(), input.maxResults());
    }

    @Override
    public GetQueueAttributesResponse getQueueAttributes(Caller caller, GetQueueAttributesRequest input) {
        var told = queues.attributes(QueueName.of(caller, input.queueUrl()), input.attributeNames());
        return GetQueueAttributesResponse.of(r -> r.attributes(told.isEmpty() ? null : told));
    }

    @Override
    public SetQueueAttributesResponse setQueueAttributes(Caller caller, SetQueueAttributesRequest input) {
        queues.setAttributes(QueueName.of(caller, input.queueUrl()), input.attributes());
        return SetQueueAttributesResponse.of(_ -> {});
    }

    @Override
    public ListQueueTagsResponse listQueueTags(Caller caller, ListQueueTagsRequest input) {
        var tags = queues.get(QueueName.of(caller, input.queueUrl())).toldTags();
        return ListQueueTagsResponse.of(r -> r.tags(tags.isEmpty() ? null : tags));
    }

    @Override
    public TagQueueResponse tagQueue(Caller caller, TagQueueRequest input) {
        if (input.tags() == null || input.tags().isEmpty()) {
            throw Errors.missing("Tags");
        }
        queues.changeTags(QueueName.of(caller, input.queueUrl()), tags -> {
            tags.putAll(input.tags());
            return tags;
        });
        return TagQueueResponse.of(_ -> {});
    }

    @Override
    public UntagQueueResponse untagQueue(Caller caller, UntagQueueRequest input) {
        if (input.tagKeys() == null || input.tagKeys().isEmpty()) {
            throw Errors.invalid("Tag keys must be between 1 and 128 characters in length.");
        }
        queues.changeTags(QueueName.of(caller, input.queueUrl()), tags -> {
            tags.keySet().removeAll(List.copyOf(input.tagKeys()));
            return tags;
        });
        return UntagQueueResponse.of(_ -> {});
    }

    @Override
    public SendMessageResponse sendMessage(Caller caller, SendMessageRequest input) {
        throttle.call(caller, input.queueUrl(), "SendMessage",
            Collections.singletonList(input.messageGroupId()));
        return send.send(caller, input);
    }

    @Override
    public SendMessageBatchResponse sendMessageBatch(Caller caller, SendMessageBatchRequest input) {
        throttle.call(caller, input.queueUrl(), "SendMessage", input.entries() == null ? List.of()
            : input.entries().stream().map(SendMessageBatchRequestEntry::messageGroupId).toList());
        return send.batch(caller, input);
    }

    @Override
    public ReceiveMessageResponse receiveMessage(Caller caller, ReceiveMessageRequest input) {
        throttle.call(caller, input.queueUrl(), "ReceiveMessage");
        return receive.receive(caller, input);
    }

    @Override
    public DeleteMessageResponse deleteMessage(Caller caller, DeleteMessageRequest input) {
        throttle.call(caller, input.queueUrl(), "DeleteMessage");
        messages.delete(caller, input);
        return DeleteMessageResponse.of(_ -> {});
    }

    @Override
    public DeleteMessageBatchResponse deleteMessageBatch(Caller caller, DeleteMessageBatchRequest input) {
        throttle.call(caller, input.queueUrl(), "DeleteMessage");
        return messages.deleteBatch(caller, input);
    }

    @Override
    public ChangeMessageVisibilityResponse changeMessageVisibility(Caller caller,
            ChangeMessageVisibilityRequest input) {
        messages.changeVisibility(caller, input);
        return ChangeMessageVisibilityResponse.of(_ -> {});
    }

    @Override
    public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
            Caller caller, ChangeMessageVisibilityBatchRequest input) {
        return messages.changeVisibilityBatch(caller, input);
    }

    @Override
    public StartMessageMoveTaskResponse startMessageMoveTask(Caller caller, StartMessageMoveTaskRequest input) {
        var handle = moveTasks.start(caller, input);
        return StartMessageMoveTaskResponse.of(r -> r.taskHandle(handle));
    }

    @Override
    public CancelMessageMoveTaskResponse cancelMessageMoveTask(Caller caller, CancelMessageMoveTaskRequest input) {
        long moved = moveTasks.cancel(caller, input.taskHandle());
        return CancelMessageMoveTaskResponse.of(r -> r.approximateNumberOfMessagesMoved(moved));
    }

    @Override
    public ListMessageMoveTasksResponse listMessageMoveTasks(Caller caller, ListMessageMoveTasksRequest input) {
        var tasks = moveTasks.list(caller, input);
        return ListMessageMoveTasksResponse.of(r -> r.results(tasks.isEmpty() ? null : tasks));
    }
}
