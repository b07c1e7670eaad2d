package dev.aloft.service.sns;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The operations of Amazon SNS. */
public final class SnsService implements Service, Sns {
    private final SnsData data = new SnsData();
    private final Topics topics;
    private final Subscriptions subscriptions;
    private final Publishing publishing;
    private final Platforms platforms;
    private final PhoneNumbers phoneNumbers;
    private final Outgoing outgoing;
    private final Housekeeping housekeeping;
    private final List<DataPlane> planes;
    private final List<ResourceType> resourceTypes;

    /** @param url where the platform is reached, for links in messages whose publisher came from within */
    public SnsService(Store platform, KeyFile keys, Metrics metrics, Time time, Endpoint endpoint, Targets targets,
            Roles roles, Outbound outbound, Supplier<String> url) {
        var store = platform.in("sns");
        var signer = new Signer(data, store, keys, time);
        var notification = new Notification(signer, url);
        var mailbox = new Mailbox(data, store, time, notification);
        var devices = new Devices(data);
        var couriers = new Couriers(notification, Sns.at(endpoint), targets, roles, outbound, time);
        var filter = new Filter();
        var measures = new Measures(metrics);
        var log = new DeliveryLog(Logs.at(endpoint), roles, time);
        outgoing = new Outgoing(data, store, time, devices, mailbox, couriers, log, measures);
        var replays = new Replays(data, outgoing, filter, store, time);
        topics = new Topics(data, store, time);
        subscriptions = new Subscriptions(data, topics, outgoing, replays, store, time);
        publishing = new Publishing(data, topics, outgoing, replays, filter, devices, mailbox,
                new Receipts(data, devices, store, log), measures,
                new Envelopes("sns", endpoint, time, Refusals::ofKey), store, time);
        platforms = new Platforms(data, outgoing, store, time);
        phoneNumbers = new PhoneNumbers(data, mailbox, store, time, S3.at(endpoint));
        housekeeping = new Housekeeping(data, topics, subscriptions, replays, store, time);
        planes = List.of(mailbox, new CertificatePage(signer));
        resourceTypes = SnsResources.all(Sns.at(endpoint));
    }

    @Override
    public List<Worker> workers() {
        return List.of(outgoing.worker(), new Worker("sns housekeeping", data.expiry, housekeeping::turn));
    }

    @Override
    public List<DataPlane> dataPlanes() {
        return planes;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return Optional.ofNullable(topics.policy(arn));
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateTopicRequest r -> TopicPolicy.naming(
                Access.to("sns:CreateTopic", caller.arn("sns", String.valueOf(r.name())).toString()),
                r.attributes() == null ? null : r.attributes().get("Policy"));
            case DeleteTopicRequest r -> topic("DeleteTopic", r.topicArn());
            case GetTopicAttributesRequest r -> topic("GetTopicAttributes", r.topicArn());
            case SetTopicAttributesRequest r -> TopicPolicy.naming(topic("SetTopicAttributes", r.topicArn()),
                "Policy".equals(r.attributeName()) ? r.attributeValue() : null);
            case ListTopicsRequest _ -> Access.to("sns:ListTopics");
            case AddPermissionRequest r -> topic("AddPermission", r.topicArn());
            case RemovePermissionRequest r -> topic("RemovePermission", r.topicArn());
            case TagResourceRequest r -> topic("TagResource", r.resourceArn());
            case UntagResourceRequest r -> topic("UntagResource", r.resourceArn());
            case ListTagsForResourceRequest r -> topic("ListTagsForResource", r.resourceArn());
            case GetDataProtectionPolicyRequest r -> topic("GetDataProtectionPolicy", r.resourceArn());
            case PutDataProtectionPolicyRequest r -> topic("PutDataProtectionPolicy", r.resourceArn());
            case SubscribeRequest r -> topic("Subscribe", r.topicArn()).with("sns:Protocol", r.protocol())
                    .with("sns:Endpoint", r.endpoint());
            case ConfirmSubscriptionRequest r -> topic("ConfirmSubscription", r.topicArn());
            case UnsubscribeRequest r -> topic("Unsubscribe", r.subscriptionArn());
            case GetSubscriptionAttributesRequest r -> topic("GetSubscriptionAttributes", r.subscriptionArn());
            case SetSubscriptionAttributesRequest r -> topic("SetSubscriptionAttributes", r.subscriptionArn());
            case ListSubscriptionsRequest _ -> Access.to("sns:ListSubscriptions");
            case ListSubscriptionsByTopicRequest r -> topic("ListSubscriptionsByTopic", r.topicArn());
            case PublishRequest r -> publish(caller, r.topicArn() == null ? r.targetArn() : r.topicArn());
            case PublishBatchRequest r -> publish(caller, r.topicArn());
            case CreatePlatformApplicationRequest _ -> Access.to("sns:CreatePlatformApplication");
            case DeletePlatformApplicationRequest r -> topic("DeletePlatformApplication", r.platformApplicationArn());
            case GetPlatformApplicationAttributesRequest r ->
                topic("GetPlatformApplicationAttributes", r.platformApplicationArn());
            case SetPlatformApplicationAttributesRequest r ->
                topic("SetPlatformApplicationAttributes", r.platformApplicationArn());
            case ListPlatformApplicationsRequest _ -> Access.to("sns:ListPlatformApplications");
            case CreatePlatformEndpointRequest r -> topic("CreatePlatformEndpoint", r.platformApplicationArn());
            case DeleteEndpointRequest r -> topic("DeleteEndpoint", r.endpointArn());
            case GetEndpointAttributesRequest r -> topic("GetEndpointAttributes", r.endpointArn());
            case SetEndpointAttributesRequest r -> topic("SetEndpointAttributes", r.endpointArn());
            case ListEndpointsByPlatformApplicationRequest r ->
                topic("ListEndpointsByPlatformApplication", r.platformApplicationArn());
            case GetSMSAttributesRequest _ -> Access.to("sns:GetSMSAttributes");
            case SetSMSAttributesRequest _ -> Access.to("sns:SetSMSAttributes");
            case CheckIfPhoneNumberIsOptedOutRequest _ -> Access.to("sns:CheckIfPhoneNumberIsOptedOut");
            case OptInPhoneNumberRequest _ -> Access.to("sns:OptInPhoneNumber");
            case ListPhoneNumbersOptedOutRequest _ -> Access.to("sns:ListPhoneNumbersOptedOut");
            case ListOriginationNumbersRequest _ -> Access.to("sns:ListOriginationNumbers");
            case GetSMSSandboxAccountStatusRequest _ -> Access.to("sns:GetSMSSandboxAccountStatus");
            case CreateSMSSandboxPhoneNumberRequest _ -> Access.to("sns:CreateSMSSandboxPhoneNumber");
            case VerifySMSSandboxPhoneNumberRequest _ -> Access.to("sns:VerifySMSSandboxPhoneNumber");
            case DeleteSMSSandboxPhoneNumberRequest _ -> Access.to("sns:DeleteSMSSandboxPhoneNumber");
            case ListSMSSandboxPhoneNumbersRequest _ -> Access.to("sns:ListSMSSandboxPhoneNumbers");
        };
    }

    /** What is no ARN is told by the operation, in SNS's words. */
    private static Access topic(String action, String arn) {
        return Access.to("sns:" + action, arn == null || !dev.aloft.api.Arn.isArn(arn) ? "*" : arn);
    }

    /**
     * The topic policy that every topic has at first lets services of the owner's account publish that say whose they
     * are.
     */
    private static Access publish(Caller caller, String arn) {
        var access = topic("Publish", arn);
        return caller.principal() instanceof Principal.Service service
                && service.name().equals("cloudwatch.amazonaws.com")
                ? access.with("aws:SourceOwner", caller.account()) : access;
    }

    @Override
    public CreateTopicResponse createTopic(Caller caller, CreateTopicRequest input) {
        var arn = topics.create(caller, input);
        return CreateTopicResponse.of(r -> r.topicArn(arn));
    }

    @Override
    public DeleteTopicResponse deleteTopic(Caller caller, DeleteTopicRequest input) {
        topics.delete(caller, input.topicArn());
        return DeleteTopicResponse.of(_ -> {});
    }

    @Override
    public GetTopicAttributesResponse getTopicAttributes(Caller caller, GetTopicAttributesRequest input) {
        var attributes = topics.attributes(caller, input.topicArn());
        return GetTopicAttributesResponse.of(r -> r.attributes(attributes));
    }

    @Override
    public SetTopicAttributesResponse setTopicAttributes(Caller caller, SetTopicAttributesRequest input) {
        topics.setAttribute(caller, input);
        return SetTopicAttributesResponse.of(_ -> {});
    }

    @Override
    public ListTopicsResponse listTopics(Caller caller, ListTopicsRequest input) {
        return topics.list(caller, input.nextToken());
    }

    @Override
    public AddPermissionResponse addPermission(Caller caller, AddPermissionRequest input) {
        topics.addPermission(caller, input);
        return AddPermissionResponse.of(_ -> {});
    }

    @Override
    public RemovePermissionResponse removePermission(Caller caller, RemovePermissionRequest input) {
        topics.removePermission(caller, input);
        return RemovePermissionResponse.of(_ -> {});
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        topics.tag(caller, input);
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        topics.untag(caller, input);
        return UntagResourceResponse.of(_ -> {});
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var tags = topics.tags(caller, input.resourceArn());
        return ListTagsForResourceResponse.of(r -> r.tags(tags));
    }

    @Override
    public GetDataProtectionPolicyResponse getDataProtectionPolicy(Caller caller,
            GetDataProtectionPolicyRequest input) {
        var policy = topics.dataProtection(caller, input.resourceArn());
        return GetDataProtectionPolicyResponse.of(r -> r.dataProtectionPolicy(policy == null ? "" : policy));
    }

    @Override
    public PutDataProtectionPolicyResponse putDataProtectionPolicy(Caller caller,
            PutDataProtectionPolicyRequest input) {
        topics.setDataProtection(caller, input);
        return PutDataProtectionPolicyResponse.of(_ -> {});
    }

    @Override
    public SubscribeResponse subscribe(Caller caller, SubscribeRequest input) {
        var arn = subscriptions.subscribe(caller, input);
        return SubscribeResponse.of(r -> r.subscriptionArn(arn));
    }

    @Override
    public ConfirmSubscriptionResponse confirmSubscription(Caller caller, ConfirmSubscriptionRequest input) {
        var arn = subscriptions.confirm(caller, input);
        return ConfirmSubscriptionResponse.of(r -> r.subscriptionArn(arn));
    }

    @Override
    public UnsubscribeResponse unsubscribe(Caller caller, UnsubscribeRequest input) {
        subscriptions.unsubscribe(caller, input.subscriptionArn());
        return UnsubscribeResponse.of(_ -> {});
    }

    @Override
    public GetSubscriptionAttributesResponse getSubscriptionAttributes(Caller caller,
            GetSubscriptionAttributesRequest input) {
        var attributes = subscriptions.attributes(caller, input.subscriptionArn());
        return GetSubscriptionAttributesResponse.of(r -> r.attributes(attributes));
    }

    @Override
    public SetSubscriptionAttributesResponse setSubscriptionAttributes(Caller caller,
            SetSubscriptionAttributesRequest input) {
        subscriptions.setAttribute(caller, input);
        return SetSubscriptionAttributesResponse.of(_ -> {});
    }

    @Override
    public ListSubscriptionsResponse listSubscriptions(Caller caller, ListSubscriptionsRequest input) {
        return subscriptions.list(caller, input.nextToken());
    }

    @Override
    public ListSubscriptionsByTopicResponse listSubscriptionsByTopic(Caller caller,
            ListSubscriptionsByTopicRequest input) {
        return subscriptions.ofTopic(caller, input.topicArn(), input.nextToken());
    }

    @Override
    public PublishResponse publish(Caller caller, PublishRequest input) {
        return publishing.publish(caller, input);
    }

    @Override
    public PublishBatchResponse publishBatch(Caller caller, PublishBatchRequest input) {
        return publishing.publishBatch(caller, input);
    }

    @Override
    public CreatePlatformApplicationResponse createPlatformApplication(Caller caller,
            CreatePlatformApplicationRequest input) {
        var arn = platforms.create(caller, input);
        return CreatePlatformApplicationResponse.of(r -> r.platformApplicationArn(arn));
    }

    @Override
    public DeletePlatformApplicationResponse deletePlatformApplication(Caller caller,
            DeletePlatformApplicationRequest input) {
        platforms.delete(input.platformApplicationArn());
        return DeletePlatformApplicationResponse.of(_ -> {});
    }

    @Override
    public GetPlatformApplicationAttributesResponse getPlatformApplicationAttributes(
            Caller caller, GetPlatformApplicationAttributesRequest input) {
        var attributes = platforms.attributes(input.platformApplicationArn());
        return GetPlatformApplicationAttributesResponse.of(r -> r.attributes(attributes));
    }

    @Override
    public SetPlatformApplicationAttributesResponse setPlatformApplicationAttributes(
            Caller caller, SetPlatformApplicationAttributesRequest input) {
        platforms.setAttributes(input);
        return SetPlatformApplicationAttributesResponse.of(_ -> {});
    }

    @Override
    public ListPlatformApplicationsResponse listPlatformApplications(Caller caller,
            ListPlatformApplicationsRequest input) {
        return platforms.list(caller, input.nextToken());
    }

    @Override
    public CreatePlatformEndpointResponse createPlatformEndpoint(Caller caller, CreatePlatformEndpointRequest input) {
        var arn = platforms.createEndpoint(input);
        return CreatePlatformEndpointResponse.of(r -> r.endpointArn(arn));
    }

    @Override
    public DeleteEndpointResponse deleteEndpoint(Caller caller, DeleteEndpointRequest input) {
        platforms.deleteEndpoint(input.endpointArn());
        return DeleteEndpointResponse.of(_ -> {});
    }

    @Override
    public GetEndpointAttributesResponse getEndpointAttributes(Caller caller, GetEndpointAttributesRequest input) {
        var attributes = platforms.endpointAttributes(input.endpointArn());
        return GetEndpointAttributesResponse.of(r -> r.attributes(attributes));
    }

    @Override
    public SetEndpointAttributesResponse setEndpointAttributes(Caller caller, SetEndpointAttributesRequest input) {
        platforms.setEndpointAttributes(input);
        return SetEndpointAttributesResponse.of(_ -> {});
    }

    @Override
    public ListEndpointsByPlatformApplicationResponse listEndpointsByPlatformApplication(
            Caller caller, ListEndpointsByPlatformApplicationRequest input) {
        return platforms.endpoints(input.platformApplicationArn(), input.nextToken());
    }

    @Override
    public GetSMSAttributesResponse getSMSAttributes(Caller caller, GetSMSAttributesRequest input) {
        var attributes = phoneNumbers.attributes(caller, input.attributes());
        return GetSMSAttributesResponse.of(r -> r.attributes(attributes));
    }

    @Override
    public SetSMSAttributesResponse setSMSAttributes(Caller caller, SetSMSAttributesRequest input) {
        phoneNumbers.setAttributes(caller, input.attributes());
        return SetSMSAttributesResponse.of(_ -> {});
    }

    @Override
    public CheckIfPhoneNumberIsOptedOutResponse checkIfPhoneNumberIsOptedOut(
            Caller caller, CheckIfPhoneNumberIsOptedOutRequest input) {
        boolean out = phoneNumbers.isOptedOut(caller, input.phoneNumber());
        return CheckIfPhoneNumberIsOptedOutResponse.of(r -> r.isOptedOut(out));
    }

    @Override
    public OptInPhoneNumberResponse optInPhoneNumber(Caller caller, OptInPhoneNumberRequest input) {
        phoneNumbers.optIn(caller, input.phoneNumber());
        return OptInPhoneNumberResponse.of(_ -> {});
    }

    @Override
    public ListPhoneNumbersOptedOutResponse listPhoneNumbersOptedOut(Caller caller,
            ListPhoneNumbersOptedOutRequest input) {
        return phoneNumbers.optedOut(caller, input.nextToken());
    }

    /** No numbers can be bought here. */
    @Override
    public ListOriginationNumbersResponse listOriginationNumbers(Caller caller, ListOriginationNumbersRequest input) {
        return ListOriginationNumbersResponse.of(r -> r.phoneNumbers(List.of()));
    }

    /** Every number may be sent to: what comes of it stays in the mailbox. */
    @Override
    public GetSMSSandboxAccountStatusResponse getSMSSandboxAccountStatus(Caller caller,
            GetSMSSandboxAccountStatusRequest input) {
        return GetSMSSandboxAccountStatusResponse.of(r -> r.isInSandbox(false));
    }

    @Override
    public CreateSMSSandboxPhoneNumberResponse createSMSSandboxPhoneNumber(
            Caller caller, CreateSMSSandboxPhoneNumberRequest input) {
        phoneNumbers.addToSandbox(caller, input.phoneNumber());
        return CreateSMSSandboxPhoneNumberResponse.of(_ -> {});
    }

    @Override
    public VerifySMSSandboxPhoneNumberResponse verifySMSSandboxPhoneNumber(
            Caller caller, VerifySMSSandboxPhoneNumberRequest input) {
        phoneNumbers.verify(caller, input.phoneNumber(), input.oneTimePassword());
        return VerifySMSSandboxPhoneNumberResponse.of(_ -> {});
    }

    @Override
    public DeleteSMSSandboxPhoneNumberResponse deleteSMSSandboxPhoneNumber(
            Caller caller, DeleteSMSSandboxPhoneNumberRequest input) {
        phoneNumbers.removeFromSandbox(caller, input.phoneNumber());
        return DeleteSMSSandboxPhoneNumberResponse.of(_ -> {});
    }

    @Override
    public ListSMSSandboxPhoneNumbersResponse listSMSSandboxPhoneNumbers(
            Caller caller, ListSMSSandboxPhoneNumbersRequest input) {
        return phoneNumbers.sandbox(caller, input.nextToken(), input.maxResults());
    }
}
