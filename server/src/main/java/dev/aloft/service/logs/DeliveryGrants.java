package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Logs;
import dev.aloft.api.S3;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets the log delivery in where a delivery is made: AWS adds a statement to the policy of the log group's account or
 * of the bucket, and a tag to a delivery stream, in the name of who makes the delivery. A group, moreover, gets a
 * stream by which AWS tries whether it may write.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html">
 *     Logs sent to CloudWatch Logs</a>
 */
final class DeliveryGrants {
    static final String SERVICE = "delivery.logs.amazonaws.com";
    /** A delivery stream without it takes no logs. */
    static final String TAG = "LogDeliveryEnabled";
    private static final String POLICY = "AWSLogDeliveryWrite20150319";
    private static final String TRIAL = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions";

    private final Logs logs;
    private final S3 s3;
    private final Firehose firehose;

    DeliveryGrants(Endpoint endpoint) {
        logs = Logs.at(endpoint);
        s3 = S3.at(endpoint);
        firehose = Firehose.at(endpoint);
    }

    void letIn(Caller caller, DeliverySources.Kept source, DeliveryDestinations.Kept destination) {
        if (!VendedLog.of(source.resourceArn()).orElseThrow().tells()) {
            return;
        }
        switch (destination.type()) {
            case Logs.DeliveryDestinationType.CWL -> intoGroup(caller, source, destination.resource());
            case Logs.DeliveryDestinationType.S3 -> intoBucket(caller, source, destination.resource().resource());
            default -> tag(caller, destination.resource());
        }
    }

    private void intoGroup(Caller caller, DeliverySources.Kept source, Arn resource) {
        var group = Groups.ofArn(caller.in(resource.account(), resource.region()), resource.toString());
        try {
            tryStream(caller, source, resource, group);
        } catch (ApiError refused) {
            if (refused.status() != 403 && !refused.code().equals("AccessDeniedException")) {
                throw refused;
            }
            addToPolicy(caller, resource, group);
            tryStream(caller, source, resource, group);
        }
    }

    private void tryStream(Caller caller, DeliverySources.Kept source, Arn resource, String group) {
        try {
            logs.createLogStream(delivery(caller, source).in(resource.account(), resource.region()),
                    Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group).logStreamName(TRIAL)));
        } catch (Logs.ResourceAlreadyExistsException _) {
            // Of another delivery to this group.
        }
    }

    private static Caller delivery(Caller caller, DeliverySources.Kept source) {
        return caller.asService(SERVICE, source.arn());
    }

    private void addToPolicy(Caller caller, Arn resource, String group) {
        var before = logs.describeResourcePolicies(caller, Logs.DescribeResourcePoliciesRequest.of(_ -> { }))
                .resourcePolicies().stream().filter(policy -> policy.policyName().equals(POLICY)).findFirst()
                .map(Logs.ResourcePolicy::policyDocument).orElse(null);
        var wanted = statement(caller, List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                List.of(new Arn("aws", "logs", resource.region(), resource.account(),
                        "log-group:" + group + ":log-stream:*").toString()), Map.of());
        logs.putResourcePolicy(caller, Logs.PutResourcePolicyRequest.of(r -> r.policyName(POLICY)
                .policyDocument(with(before, wanted))));
    }

    private void intoBucket(Caller caller, DeliverySources.Kept source, String place) {
        var bucket = place.split("/", 2)[0];
        var before = policy(caller, bucket);
        if (before != null && before.contains(SERVICE)) {
            return;
        }
        var prefix = place.contains("/") ? place.substring(bucket.length()).replaceFirst("/$", "") : "";
        var wanted = statement(caller, List.of("s3:PutObject"),
                List.of("arn:aws:s3:::" + bucket + prefix + "/AWSLogs/" + source.account() + "/*"),
                Map.of("s3:x-amz-acl", List.of("bucket-owner-full-control")));
        s3.putBucketPolicy(caller, S3.PutBucketPolicyRequest.of(r -> r.bucket(bucket).policy(with(before, wanted))));
    }

    private String policy(Caller caller, String bucket) {
        try {
            return s3.getBucketPolicy(caller, S3.GetBucketPolicyRequest.of(r -> r.bucket(bucket))).policy();
        } catch (ApiError none) {
            if (none.code().equals("NoSuchBucketPolicy")) {
                return null;
            }
            throw none;
        }
    }

    private void tag(Caller caller, Arn stream) {
        firehose.tagDeliveryStream(caller, Firehose.TagDeliveryStreamRequest.of(r -> r
                .deliveryStreamName(stream.resourceName())
                .tags(List.of(Firehose.Tag.of(t -> t.key(TAG).value("true"))))));
    }

    private static Map<String, Object> statement(Caller caller, List<String> actions, List<String> resources,
            Map<String, Object> more) {
        var equal = new LinkedHashMap<String, Object>(more);
        equal.put("aws:SourceAccount", List.of(caller.account()));
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", POLICY);
        statement.put("Effect", "Allow");
        statement.put("Principal", Map.of("Service", SERVICE));
        statement.put("Action", actions);
        statement.put("Resource", resources);
        statement.put("Condition", Map.of("StringEquals", equal,
                "ArnLike", Map.of("aws:SourceArn", List.of(caller.arn("logs", "*").toString()))));
        return statement;
    }

    /** The document with one more statement, whose id gets a number where another one has it. */
    private static String with(String document, Map<String, Object> statement) {
        var statements = new ArrayList<Object>();
        if (document != null && JsonReader.tree(document) instanceof Map<?, ?> policy) {
            statements.addAll(policy.get("Statement") instanceof List<?> list ? list
                    : List.of(policy.get("Statement")));
        }
        if (!statements.isEmpty()) {
            statement.put("Sid", POLICY + statements.size());
        }
        statements.add(statement);
        var whole = new LinkedHashMap<String, Object>();
        whole.put("Version", "2012-10-17");
        whole.put("Statement", statements);
        return JsonWriter.string(whole);
    }
}
