package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The Events of a function: what each source needs so that it may and does call the function. */
final class FunctionEvents {
    private final Transformation transformation;
    private final Declared source;
    private final EventTarget target;
    private final Generated role;
    private final List<Generated> resources = new ArrayList<>();

    FunctionEvents(Transformation transformation, Declared source, EventTarget target, Generated role) {
        this.transformation = transformation;
        this.source = source;
        this.target = target;
        this.role = role;
    }

    List<Generated> make() {
        var events = source.map("Events");
        // The $default route of an HTTP API comes first: its permission makes those of other routes needless.
        events.entrySet().stream().sorted(Comparator.comparing(event -> sortKey(event.getKey(), event.getValue())))
                .forEach(event -> make(event(event.getKey(), event.getValue())));
        return resources;
    }

    private static String sortKey(String name, Object tree) {
        var path = Trees.map(Trees.map(tree).get("Properties")).get("Path");
        return path == null ? name : Trees.text(path);
    }

    private Event event(String name, Object tree) {
        if (!(tree instanceof Map)) {
            throw SamError.event(source.id(), name, "Event should be a map.");
        }
        var map = Trees.map(tree);
        if (map.get("Properties") != null && !(map.get("Properties") instanceof Map)) {
            throw SamError.event(source.id(), name, "Properties of a resource must be an object.");
        }
        return new Event(true, source.id(), name, Trees.text(map.get("Type")), Trees.map(map.get("Properties")));
    }

    private void make(Event event) {
        switch (event.type()) {
            case "Api" -> RestEvents.make(transformation, source, event, target, resources);
            case "HttpApi" -> HttpEvents.make(transformation, source, event, target, resources);
            case "Schedule" -> schedule(event);
            case "ScheduleV2" -> resources.addAll(new ScheduleEvent(event, target.arn(), target.passed())
                    .make(arn -> Role.invoke(event.id(), arn)));
            case "CloudWatchEvent", "EventBridgeRule" -> rule(event);
            case "S3" -> s3(event);
            case "SNS" -> sns(event);
            case "SQS" -> mapping(event, "Queue", "service-role/AWSLambdaSQSQueueExecutionRole");
            case "Kinesis" -> mapping(event, "Stream", "service-role/AWSLambdaKinesisExecutionRole");
            case "DynamoDB" -> mapping(event, "Stream", "service-role/AWSLambdaDynamoDBExecutionRole");
            case "CloudWatchLogs" -> logs(event);
            case "Cognito" -> cognito(event);
            case "IoTRule" -> iot(event);
            case "AlexaSkill" -> {
                event.allow(Set.of("SkillId"));
                resources.add(permission(event, "alexa-appkit.amazon.com", null)
                        .with("EventSourceToken", event.get("SkillId")));
            }
            case "MSK", "MQ", "SelfManagedKafka", "DocumentDB" ->
                throw event.error("The event source " + event.type() + " is not built in Aloft.");
            default -> throw event.unknown();
        }
    }

    private Generated permission(Event event, String principal, Object sourceArn) {
        return permission(event.id() + "Permission", target, principal, sourceArn);
    }

    static Generated permission(String id, EventTarget target, String principal, Object sourceArn) {
        return new Generated(id, "AWS::Lambda::Permission", target.passed()).with("Action", "lambda:InvokeFunction")
                .with("FunctionName", target.name()).with("Principal", principal).with("SourceArn", sourceArn);
    }

    private void schedule(Event event) {
        event.allow(Set.of("Schedule", "RuleName", "Input", "Enabled", "State", "Name", "Description",
                "DeadLetterConfig", "RetryPolicy"));
        var rule = new Generated(event.id(), "AWS::Events::Rule", target.passed());
        resources.add(rule.with("ScheduleExpression", event.require("Schedule")).with("State", state(event))
                .with("Name", event.get("Name")).with("Description", event.get("Description")));
        call(event, rule, Functions.map("Arn", target.arn(), "Id", targetId(event), "Input", event.get("Input")));
    }

    private void rule(Event event) {
        event.allow(Set.of("EventBusName", "RuleName", "Pattern", "DeadLetterConfig", "RetryPolicy", "Input",
                "InputPath", "Target", "Enabled", "State", "InputTransformer"));
        var rule = new Generated(event.id(), "AWS::Events::Rule", target.passed());
        resources.add(rule.with("EventBusName", event.get("EventBusName")).with("EventPattern", event.get("Pattern"))
                .with("Name", event.get("RuleName")).with("State", state(event)));
        var id = Trees.map(event.get("Target")).getOrDefault("Id", targetId(event));
        call(event, rule, Functions.map("Arn", target.arn(), "Id", id, "Input", event.get("Input"),
                "InputPath", event.get("InputPath"), "InputTransformer", event.get("InputTransformer")));
    }

    static Object state(Event event) {
        if (Functions.given(event.get("State")) && event.get("Enabled") != null) {
            throw event.error("State and Enabled Properties cannot both be specified.");
        }
        return event.get("Enabled") == null ? Functions.given(event.get("State")) ? event.get("State") : null
                : Functions.given(event.get("Enabled")) ? "ENABLED" : "DISABLED";
    }

    private static String targetId(Event event) {
        var id = event.id();
        return (id.length() > 52 ? id.substring(0, 52) : id) + "LambdaTarget";
    }

    /** Points the rule at the function, with a dead-letter queue where one is asked for, and lets it call. */
    private void call(Event event, Generated rule, Map<String, Object> call) {
        if (event.get("DeadLetterConfig") != null) {
            call.put("DeadLetterConfig",
                    Functions.map("Arn", deadLetterQueue(event, rule, target.passed(), resources)));
        }
        if (event.get("RetryPolicy") != null) {
            call.put("RetryPolicy", event.get("RetryPolicy"));
        }
        rule.with("Targets", Functions.list(call));
        resources.add(permission(event, "events.amazonaws.com", rule.arn()));
    }

    /** The queue for events that could not be delivered: the one given, or one made here. */
    static Object deadLetterQueue(Event event, Generated rule, Map<String, Object> passed, List<Generated> resources) {
        var config = event.map("DeadLetterConfig");
        if (config.containsKey("Arn") && config.containsKey("Type")) {
            throw event.wholeError("You can either define 'Arn' or 'Type' property of DeadLetterConfig.");
        }
        if (config.containsKey("Type") && !"SQS".equals(config.get("Type"))) {
            throw event.wholeError("The only valid value for 'Type' property of DeadLetterConfig is 'SQS'.");
        }
        if (!config.containsKey("Arn") && !config.containsKey("Type")) {
            throw event.wholeError("No 'Arn' or 'Type' property provided for DeadLetterConfig.");
        }
        if (config.get("Arn") != null) {
            return config.get("Arn");
        }
        var given = config.get("QueueLogicalId");
        if (given != null && !(given instanceof String)) {
            throw event.wholeError("QueueLogicalId must be a string");
        }
        var id = given == null ? event.id() + "Queue" : Trees.text(given);
        var queue = new Generated(id, "AWS::SQS::Queue", passed);
        resources.add(queue);
        if (rule != null) {
            resources.add(queuePolicy(event.id() + "QueuePolicy", passed, queue.ref(), queue.arn(), rule.arn(),
                    Functions.map("Service", "events.amazonaws.com")));
        }
        return queue.arn();
    }

    private static Generated queuePolicy(String id, Map<String, Object> passed, Object url, Object queue, Object from,
            Object principal) {
        return new Generated(id, "AWS::SQS::QueuePolicy", passed)
                .with("PolicyDocument",
                        Functions.map("Version", "2012-10-17", "Statement", Functions.list(Functions.map(
                        "Action", "sqs:SendMessage", "Effect", "Allow", "Principal", principal, "Resource", queue,
                        "Condition", Functions.map("ArnEquals", Functions.map("aws:SourceArn", from))))))
                .with("Queues", Functions.list(url));
    }

    private void s3(Event event) {
        event.allow(Set.of("Bucket", "Events", "Filter"));
        var id = Trees.map(event.require("Bucket")).get("Ref") instanceof String name ? name : "";
        var bucket = transformation.resource(id);
        if (bucket.isEmpty()) {
            throw event.error("S3 events must reference an S3 bucket in the same template.");
        }
        var permission = permission(event, "s3.amazonaws.com", null)
                .with("SourceAccount", Functions.ref("AWS::AccountId"));
        resources.add(permission);
        if (bucket.get("Properties") != null && !(bucket.get("Properties") instanceof Map)) {
            throw SamError.resource(id, "Properties should be a map.");
        }
        var properties = new Declared(id, bucket).properties();
        if (permission.attributes.containsKey("Condition")) {
            // DependsOn cannot be conditional: a tag with a conditional Ref makes the bucket wait for the permission.
            if (properties.get("Tags") != null && !(properties.get("Tags") instanceof List)) {
                throw SamError.resource(id, "Property 'Tags' should be a list.");
            }
            var tags = new ArrayList<>(Trees.list(properties.get("Tags")));
            tags.add(Functions.map("Key", "sam:ConditionalDependsOn:" + permission.id, "Value", Functions.either(
                    permission.attributes.get("Condition"), permission.ref(), "no dependency")));
            properties.put("Tags", tags);
        } else {
            bucket.put("DependsOn", dependingOn(event, bucket, permission.id));
        }
        var notifications = section(id, properties, "NotificationConfiguration");
        if (notifications.putIfAbsent("LambdaConfigurations", Functions.list()) instanceof Object there
                && !(there instanceof List)) {
            throw SamError.resource(id, "Invalid type for LambdaConfigurations. Must be a list.");
        }
        var list = Trees.list(notifications.get("LambdaConfigurations"));
        var names = event.require("Events");
        if (!(names instanceof String) && !(names instanceof List)) {
            throw event.wrongType("Events");
        }
        for (var name : names instanceof List<?> many ? many : List.of(names)) {
            Object configuration =
                    Functions.map("Function", target.arn(), "Filter", event.get("Filter"), "Event", name);
            if (target.passed().containsKey("Condition")) {
                configuration = Functions.when(target.passed().get("Condition"), configuration);
            }
            if (!list.contains(configuration)) {
                list.add(configuration);
            }
        }
    }

    /** A property of somebody else's resource that must be a map, made where it is missing. */
    private static Map<String, Object> section(String id, Map<String, Object> properties, String name) {
        if (properties.get(name) == null) {
            properties.put(name, Functions.map());
        }
        if (!(properties.get(name) instanceof Map)) {
            throw SamError.resource(id, "Property '" + name + "' should be a map.");
        }
        return Trees.map(properties.get(name));
    }

    private static List<Object> dependingOn(Event event, Map<String, Object> resource, String id) {
        var before = resource.get("DependsOn");
        if (resource.containsKey("DependsOn") && !(before instanceof String)
                && !(before instanceof List<?> names && names.stream().allMatch(String.class::isInstance))) {
            throw SamError.resource(event.id(),
                    "Invalid type for field 'DependsOn'. Expected a string or list of strings.");
        }
        var all = new ArrayList<Object>(before instanceof String one ? List.of(one) : Trees.list(before));
        if (!all.contains(id)) {
            all.add(id);
        }
        return all;
    }

    private void sns(Event event) {
        event.allow(Set.of("Topic", "Region", "FilterPolicy", "FilterPolicyScope", "SqsSubscription", "RedrivePolicy"));
        var topic = event.require("Topic");
        var subscription = new Generated(event.id(), "AWS::SNS::Subscription", target.passed()).with("TopicArn", topic);
        for (var property : List.of("Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")) {
            subscription.with(property, event.get(property));
        }
        var through = event.get("SqsSubscription");
        if (!Functions.given(through)) {
            resources.add(permission(event, "sns.amazonaws.com", topic));
            resources.add(subscription.with("Protocol", "lambda").with("Endpoint", target.arn()));
            return;
        }
        Object queue;
        Object url;
        var policyId = event.id() + "QueuePolicy";
        Object batchSize = 10L;
        if (through instanceof Map) {
            var existing = Trees.map(through);
            queue = existing.get("QueueArn");
            url = existing.get("QueueUrl");
            if (!Functions.given(queue) || !Functions.given(url)) {
                throw event.error("No QueueARN or QueueURL provided.");
            }
            policyId = existing.get("QueuePolicyLogicalId") instanceof String given ? given : policyId;
            batchSize = Functions.given(existing.get("BatchSize")) ? existing.get("BatchSize") : batchSize;
        } else {
            var made = new Generated(event.id() + "Queue", "AWS::SQS::Queue", target.passed());
            var topicId = Functions.named(topic);
            var fifo = topicId == null ? null : transformation.parameters.resolve(
                    Trees.map(transformation.resource(topicId).get("Properties")).get("FifoTopic"));
            resources.add(made.with("FifoQueue", Functions.given(fifo) ? fifo : null));
            queue = made.arn();
            url = made.ref();
        }
        resources.add(queuePolicy(policyId, target.passed(), url, queue, topic, "*"));
        resources.add(subscription.with("Protocol", "sqs").with("Endpoint", queue));
        resources.add(new Generated(event.id() + "EventSourceMapping", "AWS::Lambda::EventSourceMapping",
                target.passed())
                .with("FunctionName", target.name()).with("EventSourceArn", queue).with("BatchSize", batchSize)
                .with("Enabled", true));
        allow("service-role/AWSLambdaSQSQueueExecutionRole");
    }

    private void allow(String managedPolicy) {
        var arn = "arn:" + transformation.partition + ":iam::aws:policy/" + managedPolicy;
        var arns = Trees.list(role.properties.get("ManagedPolicyArns"));
        if (!arns.contains(arn)) {
            arns.add(arn);
        }
    }

    private static final List<String> MAPPED =
            List.of("StartingPosition", "StartingPositionTimestamp", "BatchSize", "Enabled",
            "MaximumBatchingWindowInSeconds", "MaximumRetryAttempts", "BisectBatchOnFunctionError",
            "MaximumRecordAgeInSeconds", "ParallelizationFactor", "TumblingWindowInSeconds", "FunctionResponseTypes",
            "FilterCriteria", "KmsKeyArn", "ScalingConfig", "ProvisionedPollerConfig", "MetricsConfig", "LoggingConfig",
            "DestinationConfig");

    /** A queue or stream that is polled. */
    private void mapping(Event event, String property, String managedPolicy) {
        if (Functions.given(event.get("ConsumerGroupId"))) {
            throw event.wholeError("Property ConsumerGroupId not defined for resource of type " + event.type() + ".");
        }
        var known = new HashSet<>(MAPPED);
        known.addAll(List.of(property, "ConsumerGroupId"));
        event.allow(known);
        var arn = event.require(property);
        if (property.equals("Stream")) {
            event.require("StartingPosition");
        }
        var mapping = new Generated(event.id(), "AWS::Lambda::EventSourceMapping", target.passed())
                .with("FunctionName", target.name()).with("EventSourceArn", arn);
        MAPPED.forEach(name -> mapping.with(name, event.get(name)));
        var filter = event.get("FilterCriteria");
        if (Functions.given(filter) && !Functions.isFunction(filter)
                && !List.of(Set.of(), Set.of("Filters")).contains(Trees.map(filter).keySet())) {
            throw event.error("FilterCriteria field has a wrong format");
        }
        resources.add(mapping);
        allow(managedPolicy);
        if (Functions.given(event.get("DestinationConfig"))) {
            failures(event, mapping);
        }
    }

    private void failures(Event event, Generated mapping) {
        var config = Trees.map(Trees.copy(event.map("DestinationConfig")));
        if (!(config.get("OnFailure") instanceof Map)) {
            throw event.wholeError("Property 'DestinationConfig.OnFailure' should be a map.");
        }
        var onFailure = Trees.map(config.get("OnFailure"));
        var type = onFailure.remove("Type");
        mapping.with("DestinationConfig", config);
        if (type == null) {
            return;
        }
        var destination = onFailure.get("Destination");
        var policy = switch (Trees.text(type)) {
            case "SQS" -> Role.sendMessage(event.id(), destination);
            case "SNS" -> Role.publish(event.id(), destination);
            case "S3" -> Role.putObjects(event.id(), destination);
            case "Kafka" -> null;
            default -> throw event.wholeError("The only valid values for 'Type' are 'SQS', 'SNS', 'S3', and 'Kafka'");
        };
        if (policy != null) {
            role.properties.putIfAbsent("Policies", Functions.list());
            var policies = Trees.list(role.properties.get("Policies"));
            if (policies.stream().noneMatch(other ->
                    policy.get("PolicyDocument").equals(Trees.map(other).get("PolicyDocument")))) {
                policies.add(policy);
            }
        }
    }

    private void logs(Event event) {
        event.allow(Set.of("LogGroupName", "FilterPattern"));
        var arn = Functions.sub(Functions.arn(transformation.partition, "logs", "log-group:${__LogGroupName__}:*"),
                Functions.map("__LogGroupName__", event.require("LogGroupName")));
        var permission = permission(event, "logs.amazonaws.com", arn);
        resources.add(permission);
        var filter = new Generated(event.id(), "AWS::Logs::SubscriptionFilter", target.passed())
                .with("LogGroupName", event.get("LogGroupName")).with("FilterPattern", event.require("FilterPattern"))
                .with("DestinationArn", target.arn());
        filter.dependsOn = Functions.list(permission.id);
        resources.add(filter);
    }

    private void cognito(Event event) {
        event.allow(Set.of("UserPool", "Trigger"));
        if (Trees.map(event.require("UserPool")).get("Ref") instanceof Object name && !(name instanceof String)) {
            throw event.wholeError("Ref in Userpool is not a string.");
        }
        var id = Trees.map(event.require("UserPool")).get("Ref") instanceof String name ? name : "";
        var pool = transformation.resource(id);
        if (pool.isEmpty()) {
            throw event.error("Cognito events must reference a Cognito UserPool in the same template.");
        }
        resources.add(permission(target.id() + "CognitoPermission", target, "cognito-idp.amazonaws.com",
                Functions.getAtt(id, "Arn")));
        var properties = new Declared(id, pool).properties();
        var config = section(id, properties, "LambdaConfig");
        var triggers = event.require("Trigger");
        if (!(triggers instanceof String) && !(triggers instanceof List)) {
            throw event.wrongType("Trigger");
        }
        for (var trigger : triggers instanceof List<?> many ? many : List.of(triggers)) {
            if (config.put(Trees.text(trigger), target.arn()) != null) {
                throw event.error("Cognito trigger \"" + trigger + "\" defined multiple times.");
            }
        }
    }

    private void iot(Event event) {
        event.allow(Set.of("Sql", "AwsIotSqlVersion"));
        var arn = Functions.sub(Functions.arn(transformation.partition, "iot", "rule/${RuleName}"),
                Functions.map("RuleName", Functions.ref(event.id())));
        resources.add(permission(event, "iot.amazonaws.com", arn)
                .with("SourceAccount", Functions.sub("${AWS::AccountId}")));
        resources.add(new Generated(event.id(), "AWS::IoT::TopicRule", target.passed())
                .with("TopicRulePayload", Functions.map(
                "Sql", event.require("Sql"), "RuleDisabled", false,
                "Actions", Functions.list(Functions.map("Lambda", Functions.map("FunctionArn", target.arn()))),
                "AwsIotSqlVersion", event.get("AwsIotSqlVersion"))));
    }
}
