package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Logs;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.call.VendedLogs;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The operations of Amazon CloudWatch Logs. */
public final class LogsService implements Service, Logs {
    private final LogsData data = new LogsData();
    private final Groups groups;
    private final Streams streams;
    private final PutEvents putEvents;
    private final ReadEvents readEvents;
    private final MetricFilters metricFilters;
    private final SubscriptionFilters subscriptionFilters;
    private final Destinations destinations;
    private final ResourcePolicies resourcePolicies;
    private final DeliverySources deliverySources;
    private final DeliveryDestinations deliveryDestinations;
    private final LogDeliveries deliveries;
    private final VendedDeliveries vended;
    private final LogTags tags;
    private final Housekeeping housekeeping;
    private final List<ResourceType> resourceTypes;

    /** @param roles lets CloudWatch Logs work under the role of a subscription filter */
    public LogsService(Store platform, Time time, Endpoint endpoint, Targets targets, Dispatches.Assume roles) {
        var store = platform.in("logs");
        var keys = new GroupKeys(data, endpoint, store, time);
        groups = new Groups(data, keys, store, time);
        streams = new Streams(data, groups, store, time);
        metricFilters = new MetricFilters(data, groups, endpoint, store, time);
        destinations = new Destinations(data, targets, roles, store, time);
        subscriptionFilters = new SubscriptionFilters(data, groups, endpoint,
            new SubscriptionCarrier(targets, roles, destinations), store, time);
        putEvents = new PutEvents(data, groups, keys, streams, new EmbeddedMetrics(endpoint), metricFilters,
            subscriptionFilters,
            store, time);
        readEvents = new ReadEvents(data, groups, keys, streams, store, time);
        resourcePolicies = new ResourcePolicies(data, store, time);
        deliverySources = new DeliverySources(data, store);
        deliveryDestinations = new DeliveryDestinations(data, store);
        deliveries = new LogDeliveries(data, deliverySources, deliveryDestinations, new DeliveryGrants(endpoint),
            store);
        vended = new VendedDeliveries(data, deliveries, new VendedCarrier(data, endpoint, store, time), store, time);
        tags = new LogTags(data, groups, store);
        housekeeping = new Housekeeping(data, store, time);
        resourceTypes = LogsResources.all(Logs.at(endpoint));
    }

    /** For services that tell logs of their resources. */
    public VendedLogs vendedLogs() {
        return vended;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("logs housekeeping", data.housekeeping, housekeeping::turn),
            new Worker("logs metric filters", data.minutes, metricFilters::turn), subscriptionFilters.worker(),
            vended.worker());
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        if (DeliveryDestinations.isOne(arn)) {
            return deliveryDestinations.at(arn).map(DeliveryDestinations.Kept::policy);
        }
        return Destinations.isOne(arn) ? destinations.at(arn).map(KeptDestination::policy)
            : resourcePolicies.document(caller);
    }

    /** An operation on a group asks for the group and any stream: its ARN ends with an empty stream's name. */
    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateLogGroupRequest r -> group("CreateLogGroup", caller, r.logGroupName());
            case DeleteLogGroupRequest r -> group("DeleteLogGroup", caller, r.logGroupName());
            case DescribeLogGroupsRequest _ -> group("DescribeLogGroups", caller, "");
            case PutRetentionPolicyRequest r -> group("PutRetentionPolicy", caller, r.logGroupName());
            case DeleteRetentionPolicyRequest r -> group("DeleteRetentionPolicy", caller, r.logGroupName());
            case AssociateKmsKeyRequest r -> group("AssociateKmsKey", caller,
                Groups.keyed(caller, r.logGroupName(), r.resourceIdentifier()));
            case DisassociateKmsKeyRequest r -> group("DisassociateKmsKey", caller,
                Groups.keyed(caller, r.logGroupName(), r.resourceIdentifier()));
            case PutLogGroupDeletionProtectionRequest r -> group("PutLogGroupDeletionProtection", caller,
                Groups.named(caller, null, r.logGroupIdentifier()));
            case CreateLogStreamRequest r -> group("CreateLogStream", caller, r.logGroupName());
            case DeleteLogStreamRequest r -> stream("DeleteLogStream", caller, r.logGroupName(), r.logStreamName());
            case DescribeLogStreamsRequest r ->
                group("DescribeLogStreams", caller, Groups.named(caller, r.logGroupName(), r.logGroupIdentifier()));
            case PutLogEventsRequest r -> stream("PutLogEvents", caller, r.logGroupName(), r.logStreamName());
            case GetLogEventsRequest r -> stream("GetLogEvents", caller,
                Groups.named(caller, r.logGroupName(), r.logGroupIdentifier()), r.logStreamName());
            case FilterLogEventsRequest r ->
                group("FilterLogEvents", caller, Groups.named(caller, r.logGroupName(), r.logGroupIdentifier()));
            case ListTagsForResourceRequest r -> Access.to("logs:ListTagsForResource", r.resourceArn());
            case TagResourceRequest r -> Access.to("logs:TagResource", r.resourceArn());
            case UntagResourceRequest r -> Access.to("logs:UntagResource", r.resourceArn());
            case ListTagsLogGroupRequest r -> group("ListTagsLogGroup", caller, r.logGroupName());
            case TagLogGroupRequest r -> group("TagLogGroup", caller, r.logGroupName());
            case UntagLogGroupRequest r -> group("UntagLogGroup", caller, r.logGroupName());
            case PutMetricFilterRequest r -> group("PutMetricFilter", caller, r.logGroupName());
            case DescribeMetricFiltersRequest r ->
                group("DescribeMetricFilters", caller, r.logGroupName() == null ? "*" : r.logGroupName());
            case DeleteMetricFilterRequest r -> group("DeleteMetricFilter", caller, r.logGroupName());
            case TestMetricFilterRequest _ -> Access.to("logs:TestMetricFilter");
            case PutSubscriptionFilterRequest r -> accessToSubscribe(caller, r);
            case PutDestinationRequest r -> destination("PutDestination", caller, r.destinationName())
                .passing(r.roleArn(), "logs.amazonaws.com");
            case PutDestinationPolicyRequest r -> destination("PutDestinationPolicy", caller, r.destinationName());
            case DescribeDestinationsRequest _ -> destination("DescribeDestinations", caller, "*");
            case DeleteDestinationRequest r -> destination("DeleteDestination", caller, r.destinationName());
            case DescribeSubscriptionFiltersRequest r -> group("DescribeSubscriptionFilters", caller, r.logGroupName());
            case DeleteSubscriptionFilterRequest r -> group("DeleteSubscriptionFilter", caller, r.logGroupName());
            case PutResourcePolicyRequest _ -> Access.to("logs:PutResourcePolicy");
            case DescribeResourcePoliciesRequest _ -> Access.to("logs:DescribeResourcePolicies");
            case DeleteResourcePolicyRequest _ -> Access.to("logs:DeleteResourcePolicy");
            case PutDeliverySourceRequest r -> named("PutDeliverySource", caller, "delivery-source:" + r.name());
            case GetDeliverySourceRequest r -> named("GetDeliverySource", caller, "delivery-source:" + r.name());
            case DescribeDeliverySourcesRequest _ -> Access.to("logs:DescribeDeliverySources");
            case DeleteDeliverySourceRequest r -> named("DeleteDeliverySource", caller, "delivery-source:" + r.name());
            case PutDeliveryDestinationRequest r -> deliveryTo("PutDeliveryDestination", caller, r.name());
            case GetDeliveryDestinationRequest r -> deliveryTo("GetDeliveryDestination", caller, r.name());
            case DescribeDeliveryDestinationsRequest _ -> Access.to("logs:DescribeDeliveryDestinations");
            case DeleteDeliveryDestinationRequest r -> deliveryTo("DeleteDeliveryDestination", caller, r.name());
            case PutDeliveryDestinationPolicyRequest r ->
                deliveryTo("PutDeliveryDestinationPolicy", caller, r.deliveryDestinationName());
            case GetDeliveryDestinationPolicyRequest r ->
                deliveryTo("GetDeliveryDestinationPolicy", caller, r.deliveryDestinationName());
            case DeleteDeliveryDestinationPolicyRequest r ->
                deliveryTo("DeleteDeliveryDestinationPolicy", caller, r.deliveryDestinationName());
            case CreateDeliveryRequest r -> accessToDeliver(caller, r);
            case GetDeliveryRequest r -> named("GetDelivery", caller, "delivery:" + r.id());
            case DescribeDeliveriesRequest _ -> Access.to("logs:DescribeDeliveries");
            case UpdateDeliveryConfigurationRequest r ->
                named("UpdateDeliveryConfiguration", caller, "delivery:" + r.id());
            case DeleteDeliveryRequest r -> named("DeleteDelivery", caller, "delivery:" + r.id());
        };
    }

    /**
     * Besides the delivery, the destination must let its maker, and he must be allowed to have the resource's logs
     * delivered.
     */
    private Access accessToDeliver(Caller caller, CreateDeliveryRequest input) {
        var also = new ArrayList<Access>();
        also.add(Access.to("logs:CreateDelivery", input.deliveryDestinationArn()));
        deliverySources.find(caller, input.deliverySourceName()).map(source -> Arn.parse(source.resourceArn()))
            .ifPresent(resource -> also.add(Access.to(resource.service() + ":AllowVendedLogDeliveryForResource",
                resource.toString())));
        return named("CreateDelivery", caller, "delivery-source:" + input.deliverySourceName()).also(also);
    }

    private static Access deliveryTo(String operation, Caller caller, String name) {
        return named(operation, caller, "delivery-destination:" + name);
    }

    private static Access named(String operation, Caller caller, String resource) {
        return Access.to("logs:" + operation, caller.arn("logs", resource).toString());
    }

    /** Who sends to a destination must be allowed to by its policy. */
    private static Access accessToSubscribe(Caller caller, PutSubscriptionFilterRequest input) {
        var access = group("PutSubscriptionFilter", caller, input.logGroupName())
            .passing(input.roleArn(), "logs.amazonaws.com");
        if (!Destinations.isOne(input.destinationArn())) {
            return access;
        }
        return new Access(access.action(), access.resources(), access.keys(),
            List.of(Access.to("logs:PutSubscriptionFilter", input.destinationArn())));
    }

    private static Access destination(String operation, Caller caller, String name) {
        return named(operation, caller, "destination:" + name);
    }

    private static Access group(String operation, Caller caller, String name) {
        return stream(operation, caller, name, "");
    }

    private static Access stream(String operation, Caller caller, String group, String stream) {
        Arn arn = caller.arn("logs", "log-group:" + group + ":log-stream:" + stream);
        return Access.to("logs:" + operation, arn.toString());
    }

    @Override
    public CreateLogGroupResponse createLogGroup(Caller caller, CreateLogGroupRequest input) {
        return groups.create(caller, input);
    }

    @Override
    public DeleteLogGroupResponse deleteLogGroup(Caller caller, DeleteLogGroupRequest input) {
        return groups.delete(caller, input);
    }

    @Override
    public DescribeLogGroupsResponse describeLogGroups(Caller caller, DescribeLogGroupsRequest input) {
        return groups.describe(caller, input);
    }

    @Override
    public PutRetentionPolicyResponse putRetentionPolicy(Caller caller, PutRetentionPolicyRequest input) {
        return groups.putRetention(caller, input);
    }

    @Override
    public DeleteRetentionPolicyResponse deleteRetentionPolicy(Caller caller, DeleteRetentionPolicyRequest input) {
        return groups.deleteRetention(caller, input);
    }

    @Override
    public AssociateKmsKeyResponse associateKmsKey(Caller caller, AssociateKmsKeyRequest input) {
        return groups.associate(caller, input);
    }

    @Override
    public DisassociateKmsKeyResponse disassociateKmsKey(Caller caller, DisassociateKmsKeyRequest input) {
        return groups.disassociate(caller, input);
    }

    @Override
    public PutLogGroupDeletionProtectionResponse putLogGroupDeletionProtection(Caller caller,
            PutLogGroupDeletionProtectionRequest input) {
        return groups.protect(caller, input);
    }

    @Override
    public CreateLogStreamResponse createLogStream(Caller caller, CreateLogStreamRequest input) {
        return streams.create(caller, input);
    }

    @Override
    public DeleteLogStreamResponse deleteLogStream(Caller caller, DeleteLogStreamRequest input) {
        return streams.delete(caller, input);
    }

    @Override
    public DescribeLogStreamsResponse describeLogStreams(Caller caller, DescribeLogStreamsRequest input) {
        return streams.describe(caller, input);
    }

    @Override
    public PutLogEventsResponse putLogEvents(Caller caller, PutLogEventsRequest input) {
        return putEvents.put(caller, input);
    }

    @Override
    public GetLogEventsResponse getLogEvents(Caller caller, GetLogEventsRequest input) {
        return readEvents.get(caller, input);
    }

    @Override
    public FilterLogEventsResponse filterLogEvents(Caller caller, FilterLogEventsRequest input) {
        return readEvents.filter(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var found = tags.of(caller, input.resourceArn());
        return ListTagsForResourceResponse.of(r -> r.tags(found));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        tags.add(caller, input.resourceArn(), input.tags());
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        tags.remove(caller, input.resourceArn(), input.tagKeys());
        return UntagResourceResponse.of(_ -> {});
    }

    @Override
    public ListTagsLogGroupResponse listTagsLogGroup(Caller caller, ListTagsLogGroupRequest input) {
        var tags = groups.tags(caller, input.logGroupName());
        return ListTagsLogGroupResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagLogGroupResponse tagLogGroup(Caller caller, TagLogGroupRequest input) {
        groups.tag(caller, input.logGroupName(), input.tags());
        return TagLogGroupResponse.of(_ -> { });
    }

    @Override
    public UntagLogGroupResponse untagLogGroup(Caller caller, UntagLogGroupRequest input) {
        groups.untag(caller, input.logGroupName(), input.tags());
        return UntagLogGroupResponse.of(_ -> { });
    }

    @Override
    public PutDestinationResponse putDestination(Caller caller, PutDestinationRequest input) {
        var put = Destinations.told(destinations.put(caller, input));
        return PutDestinationResponse.of(r -> r.destination(put));
    }

    @Override
    public PutDestinationPolicyResponse putDestinationPolicy(Caller caller, PutDestinationPolicyRequest input) {
        destinations.putPolicy(caller, input);
        return PutDestinationPolicyResponse.of(_ -> { });
    }

    @Override
    public DescribeDestinationsResponse describeDestinations(Caller caller, DescribeDestinationsRequest input) {
        return destinations.describe(caller, input);
    }

    @Override
    public DeleteDestinationResponse deleteDestination(Caller caller, DeleteDestinationRequest input) {
        destinations.delete(caller, input.destinationName());
        return DeleteDestinationResponse.of(_ -> { });
    }

    @Override
    public PutResourcePolicyResponse putResourcePolicy(Caller caller, PutResourcePolicyRequest input) {
        var policy = resourcePolicies.put(caller, input);
        return PutResourcePolicyResponse.of(r -> r.resourcePolicy(policy));
    }

    @Override
    public DescribeResourcePoliciesResponse describeResourcePolicies(Caller caller,
            DescribeResourcePoliciesRequest input) {
        var all = resourcePolicies.all(caller);
        return DescribeResourcePoliciesResponse.of(r -> r.resourcePolicies(all));
    }

    @Override
    public DeleteResourcePolicyResponse deleteResourcePolicy(Caller caller, DeleteResourcePolicyRequest input) {
        resourcePolicies.delete(caller, input);
        return DeleteResourcePolicyResponse.of(_ -> { });
    }

    @Override
    public PutMetricFilterResponse putMetricFilter(Caller caller, PutMetricFilterRequest input) {
        return metricFilters.put(caller, input);
    }

    @Override
    public DescribeMetricFiltersResponse describeMetricFilters(Caller caller, DescribeMetricFiltersRequest input) {
        return metricFilters.describe(caller, input);
    }

    @Override
    public DeleteMetricFilterResponse deleteMetricFilter(Caller caller, DeleteMetricFilterRequest input) {
        return metricFilters.delete(caller, input);
    }

    @Override
    public TestMetricFilterResponse testMetricFilter(Caller caller, TestMetricFilterRequest input) {
        return MetricFilters.test(input);
    }

    @Override
    public PutSubscriptionFilterResponse putSubscriptionFilter(Caller caller, PutSubscriptionFilterRequest input) {
        return subscriptionFilters.put(caller, input);
    }

    @Override
    public DescribeSubscriptionFiltersResponse describeSubscriptionFilters(Caller caller,
            DescribeSubscriptionFiltersRequest input) {
        return subscriptionFilters.describe(caller, input);
    }

    @Override
    public DeleteSubscriptionFilterResponse deleteSubscriptionFilter(Caller caller,
            DeleteSubscriptionFilterRequest input) {
        return subscriptionFilters.delete(caller, input);
    }

    @Override
    public PutDeliverySourceResponse putDeliverySource(Caller caller, PutDeliverySourceRequest input) {
        return deliverySources.put(caller, input);
    }

    @Override
    public GetDeliverySourceResponse getDeliverySource(Caller caller, GetDeliverySourceRequest input) {
        return deliverySources.get(caller, input.name());
    }

    @Override
    public DescribeDeliverySourcesResponse describeDeliverySources(Caller caller,
            DescribeDeliverySourcesRequest input) {
        return deliverySources.describe(caller, input);
    }

    @Override
    public DeleteDeliverySourceResponse deleteDeliverySource(Caller caller, DeleteDeliverySourceRequest input) {
        deliverySources.delete(caller, input.name());
        return DeleteDeliverySourceResponse.of(_ -> { });
    }

    @Override
    public PutDeliveryDestinationResponse putDeliveryDestination(Caller caller, PutDeliveryDestinationRequest input) {
        return deliveryDestinations.put(caller, input);
    }

    @Override
    public GetDeliveryDestinationResponse getDeliveryDestination(Caller caller, GetDeliveryDestinationRequest input) {
        var found = DeliveryDestinations.told(deliveryDestinations.get(caller, input.name()));
        return GetDeliveryDestinationResponse.of(r -> r.deliveryDestination(found));
    }

    @Override
    public DescribeDeliveryDestinationsResponse describeDeliveryDestinations(Caller caller,
            DescribeDeliveryDestinationsRequest input) {
        return deliveryDestinations.describe(caller, input);
    }

    @Override
    public DeleteDeliveryDestinationResponse deleteDeliveryDestination(Caller caller,
            DeleteDeliveryDestinationRequest input) {
        deliveryDestinations.delete(caller, input.name());
        return DeleteDeliveryDestinationResponse.of(_ -> { });
    }

    @Override
    public PutDeliveryDestinationPolicyResponse putDeliveryDestinationPolicy(Caller caller,
            PutDeliveryDestinationPolicyRequest input) {
        var put = deliveryDestinations.putPolicy(caller, input);
        return PutDeliveryDestinationPolicyResponse.of(r -> r.policy(put));
    }

    @Override
    public GetDeliveryDestinationPolicyResponse getDeliveryDestinationPolicy(Caller caller,
            GetDeliveryDestinationPolicyRequest input) {
        var policy = deliveryDestinations.get(caller, input.deliveryDestinationName()).policy();
        return GetDeliveryDestinationPolicyResponse.of(r -> r.policy(DeliveryDestinations.told(policy)));
    }

    @Override
    public DeleteDeliveryDestinationPolicyResponse deleteDeliveryDestinationPolicy(Caller caller,
            DeleteDeliveryDestinationPolicyRequest input) {
        deliveryDestinations.deletePolicy(caller, input.deliveryDestinationName());
        return DeleteDeliveryDestinationPolicyResponse.of(_ -> { });
    }

    @Override
    public CreateDeliveryResponse createDelivery(Caller caller, CreateDeliveryRequest input) {
        return deliveries.create(caller, input);
    }

    @Override
    public GetDeliveryResponse getDelivery(Caller caller, GetDeliveryRequest input) {
        return deliveries.get(caller, input.id());
    }

    @Override
    public DescribeDeliveriesResponse describeDeliveries(Caller caller, DescribeDeliveriesRequest input) {
        return deliveries.describe(caller, input);
    }

    @Override
    public UpdateDeliveryConfigurationResponse updateDeliveryConfiguration(Caller caller,
            UpdateDeliveryConfigurationRequest input) {
        deliveries.update(caller, input);
        return UpdateDeliveryConfigurationResponse.of(_ -> { });
    }

    @Override
    public DeleteDeliveryResponse deleteDelivery(Caller caller, DeleteDeliveryRequest input) {
        deliveries.delete(caller, input.id());
        return DeleteDeliveryResponse.of(_ -> { });
    }
}
