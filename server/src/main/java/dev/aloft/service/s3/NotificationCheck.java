package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Holds a notification configuration against what S3 takes: first its form, then whether those it names may be told.
 */
final class NotificationCheck {
    private static final Set<String> EVENTS = Set.of("s3:ReducedRedundancyLostObject", "s3:ObjectCreated:*",
        "s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy",
        "s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete",
        "s3:ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRestore:*", "s3:ObjectRestore:Post",
        "s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete", "s3:Replication:*",
        "s3:Replication:OperationFailedReplication", "s3:Replication:OperationNotTracked",
        "s3:Replication:OperationMissedThreshold", "s3:Replication:OperationReplicatedAfterThreshold",
        "s3:LifecycleTransition", "s3:IntelligentTiering", "s3:ObjectAcl:Put", "s3:LifecycleExpiration:*",
        "s3:LifecycleExpiration:Delete", "s3:LifecycleExpiration:DeleteMarkerCreated", "s3:ObjectTagging:*",
        "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete");
    private static final String UNREACHABLE = "Unable to validate the following destination configurations";
    private static final int LONGEST_ID = 255;

    private final Targets targets;
    private final Sqs sqs;
    private final Sns sns;
    private final Lambda lambda;
    private final Time time;

    NotificationCheck(Targets targets, Endpoint endpoint, Time time) {
        this.targets = targets;
        sqs = Sqs.at(endpoint);
        sns = Sns.at(endpoint);
        lambda = Lambda.at(endpoint);
        this.time = time;
    }

    static List<NotificationRule> rules(S3.NotificationConfiguration kept) {
        var rules = new ArrayList<NotificationRule>();
        some(kept.topicConfigurations())
            .forEach(it -> rules.add(NotificationRule.of(it.id(), it.topicArn(), it.events(), it.filter())));
        some(kept.queueConfigurations())
            .forEach(it -> rules.add(NotificationRule.of(it.id(), it.queueArn(), it.events(), it.filter())));
        some(kept.lambdaFunctionConfigurations()).forEach(
            it -> rules.add(NotificationRule.of(it.id(), it.lambdaFunctionArn(), it.events(), it.filter())));
        return rules;
    }

    private static <T> List<T> some(List<T> list) {
        return list == null ? List.of() : list;
    }

    /** The configuration as it is kept: with ids, and filters in S3's spelling. */
    static S3.NotificationConfiguration form(Bucket bucket, S3.NotificationConfiguration given) {
        if (given == null) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        some(given.topicConfigurations())
            .forEach(it -> form(bucket, "Topic", "sns", it.topicArn(), it.id(), it.events()));
        some(given.queueConfigurations())
            .forEach(it -> form(bucket, "Queue", "sqs", it.queueArn(), it.id(), it.events()));
        some(given.lambdaFunctionConfigurations()).forEach(
            it -> form(bucket, "CloudFunction", "lambda", it.lambdaFunctionArn(), it.id(), it.events()));
        var kept = S3.NotificationConfiguration.of(c -> c
            .topicConfigurations(empty(some(given.topicConfigurations()).stream()
                .map(it -> S3.TopicConfiguration.of(t -> t
                .id(id(it.id())).topicArn(it.topicArn()).events(it.events()).filter(filter(it.filter())))).toList()))
            .queueConfigurations(empty(some(given.queueConfigurations()).stream()
                .map(it -> S3.QueueConfiguration.of(q -> q
                .id(id(it.id())).queueArn(it.queueArn()).events(it.events()).filter(filter(it.filter())))).toList()))
            .lambdaFunctionConfigurations(empty(some(given.lambdaFunctionConfigurations()).stream()
                .map(it -> S3.LambdaFunctionConfiguration.of(l -> l.id(id(it.id()))
                    .lambdaFunctionArn(it.lambdaFunctionArn())
                    .events(it.events()).filter(filter(it.filter())))).toList()))
            .eventBridgeConfiguration(given.eventBridgeConfiguration()));
        checkOverlaps(rules(kept));
        return kept;
    }

    private static <T> List<T> empty(List<T> list) {
        return list.isEmpty() ? null : list;
    }

    private static String id(String given) {
        return given == null || given.isEmpty() ? UUID.randomUUID().toString() : given;
    }

    private static void form(Bucket bucket, String name, String service, String arn, String id, List<String> events) {
        if (arn == null || events == null || events.isEmpty()) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        if (!Arn.isArn(arn) || !Arn.parse(arn).service().equals(service)) {
            throw Buckets.argument(name, arn, "The ARN could not be parsed");
        }
        if (id != null && id.length() > LONGEST_ID) {
            throw Buckets.argument("ID", id, "The ID must not be longer than " + LONGEST_ID + " characters");
        }
        for (var event : events) {
            if (!EVENTS.contains(event)) {
                throw Buckets.argument("Event", event, "The event '" + event + "' is not supported for notifications");
            }
        }
        if (!Arn.parse(arn).region().equals(bucket.region())) {
            throw Buckets.argument(name, arn,
                "The notification destination service region is not valid for the bucket location constraint");
        }
        if (!service.equals("lambda") && arn.endsWith(".fifo")) {
            throw unreachable(
                new LinkedHashMap<>(Map.of(arn, service.equals("sqs") ? "FIFO SQS queues are not supported"
                : "FIFO SNS topics are not supported")));
        }
    }

    private static S3.NotificationConfigurationFilter filter(S3.NotificationConfigurationFilter given) {
        if (given == null || given.key() == null || given.key().filterRules() == null) {
            return given;
        }
        var seen = new ArrayList<String>();
        var rules = new ArrayList<S3.FilterRule>();
        for (var rule : given.key().filterRules()) {
            var name = rule.name() == null ? "" : rule.name().toLowerCase(java.util.Locale.ROOT);
            if (!name.equals("prefix") && !name.equals("suffix")) {
                throw Buckets.argument("FilterRule.Name", rule.name(),
                    "filter rule name must be either prefix or suffix");
            }
            if (seen.contains(name)) {
                throw Buckets.argument("FilterRule.Name", rule.name(),
                    "Cannot specify more than one " + name + " rule in a filter.");
            }
            seen.add(name);
            rules.add(S3.FilterRule.of(r -> r.name(name.equals("prefix") ? "Prefix" : "Suffix")
                .value(rule.value() == null ? "" : rule.value())));
        }
        return S3.NotificationConfigurationFilter.of(f -> f.key(S3.S3KeyFilter.of(k -> k.filterRules(rules))));
    }

    private static void checkOverlaps(List<NotificationRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            for (int j = 0; j < i; j++) {
                var one = rules.get(j);
                var other = rules.get(i);
                if (one.overlaps(other)) {
                    throw new S3.InvalidArgument(one.isFiltered() || other.isFiltered()
                        ? "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
                            + "if the prefixes are overlapping for the same event type."
                        : "Configurations overlap. Configurations on the same bucket cannot share a "
                        + "common event type.");
                }
            }
        }
    }

    /** Sends queues and topics a test event, and asks whether functions may be invoked. */
    void destinations(Caller caller, Bucket bucket, S3.NotificationConfiguration kept) {
        var failures = new LinkedHashMap<String, String>();
        for (var rule : rules(kept)) {
            failure(caller, bucket, Arn.parse(rule.arn())).ifPresent(text -> failures.put(rule.arn(), text));
        }
        if (!failures.isEmpty()) {
            throw unreachable(failures);
        }
    }

    private Optional<String> failure(Caller caller, Bucket bucket, Arn target) {
        var noun = switch (target.service()) {
            case "sqs" -> "queue";
            case "sns" -> "topic";
            default -> "Lambda";
        };
        if (!exists(caller, target)) {
            return Optional.of("The destination " + noun + " does not exist");
        }
        try {
            tell(caller.in(bucket.account(), target.region()).asService("s3.amazonaws.com", bucket.arn()), bucket,
                target);
            return Optional.empty();
        } catch (ApiError refused) {
            return Optional.of(noun.equals("Lambda") ? "Not authorized to invoke function [" + target + "]"
                : "Permissions on the destination " + noun
                + " do not allow S3 to publish notifications from this bucket");
        }
    }

    /** Asked in the name of the account that would have it: S3 tells what is not there from what it may not use. */
    private boolean exists(Caller caller, Arn target) {
        var owner = caller.in(target.account(), target.region()).as(new Principal.Root(target.account()));
        try {
            switch (target.service()) {
                case "sqs" -> sqs.getQueueUrl(owner, Sqs.GetQueueUrlRequest.of(r -> r.queueName(target.resource())));
                case "sns" -> sns
                    .getTopicAttributes(owner, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(target.toString())));
                default -> lambda.getFunctionConfiguration(owner,
                    Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName(target.toString())));
            }
            return true;
        } catch (ApiError _) {
            return false;
        }
    }

    private void tell(Caller service, Bucket bucket, Arn target) {
        var event = JsonWriter.bytes(Notifications.testEvent(bucket, service, time.instant()));
        switch (target.service()) {
            case "lambda" -> lambda.invoke(service, Lambda.InvokeRequest.of(r -> r.functionName(target.toString())
                .invocationType(Lambda.InvocationType.DRY_RUN)));
            case "sns" -> sns.publish(service, Sns.PublishRequest.of(r -> r.topicArn(target.toString())
                .subject(NotificationCarrier.SUBJECT).message(new String(event, StandardCharsets.UTF_8))));
            default -> targets.deliver(service, target, Event.of(event));
        }
    }

    /** S3 numbers what it cannot reach; more than two are not told. */
    private static S3.InvalidArgument unreachable(Map<String, String> failures) {
        var names = List.copyOf(failures.keySet());
        return new S3.InvalidArgument(S3.InvalidArgument.Detail.of(d -> {
            d.message(UNREACHABLE).argumentName1(names.getFirst()).argumentValue1(failures.get(names.getFirst()));
            if (names.size() > 1) {
                d.argumentName2(names.get(1)).argumentValue2(failures.get(names.get(1)));
            }
        }));
    }
}
