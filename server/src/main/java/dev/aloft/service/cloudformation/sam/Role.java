package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The execution role that the transform makes for a function or a state machine, and the small policies in it. */
final class Role {
    private Role() {
    }

    /** A trust policy for one service. */
    static Map<String, Object> trust(String service) {
        return Functions.map("Version", "2012-10-17", "Statement", Functions.list(Functions.map("Action",
                Functions.list("sts:AssumeRole"), "Effect", "Allow", "Principal",
                Functions.map("Service", Functions.list(service)))));
    }

    /** A policy of the role with one statement. */
    static Map<String, Object> inline(String name, Object action, Object resource) {
        return Functions.map("PolicyName", name, "PolicyDocument", Functions.map("Statement", Functions.list(
                Functions.map("Action", action, "Effect", "Allow", "Resource", resource))));
    }

    static Map<String, Object> sendMessage(String id, Object queue) {
        return inline(id + "SQSPolicy", "sqs:SendMessage", queue);
    }

    static Map<String, Object> publish(String id, Object topic) {
        return inline(id + "SNSPolicy", "sns:publish", topic);
    }

    static Map<String, Object> invoke(String id, Object function) {
        return inline(id + "LambdaPolicy", "lambda:InvokeFunction", function);
    }

    static Map<String, Object> putEvents(String id, Object bus) {
        return inline(id + "EventBridgePolicy", "events:PutEvents", bus);
    }

    static Map<String, Object> putObjects(String id, Object bucket) {
        var policy = inline(id + "S3Policy", "s3:PutObject", Functions.map("Fn::Join", Functions.list("/",
                Functions.list(bucket, "*"))));
        Trees.list(Trees.map(policy.get("PolicyDocument")).get("Statement"))
                .add(Functions.map("Action", "s3:ListBucket", "Effect", "Allow", "Resource", bucket));
        return policy;
    }

    /** A role with these managed policies and documents and what the Policies property adds. */
    static Generated of(Declared owner, Object trust, List<Object> managed, List<Object> documents, String partition,
            List<Object> tags) {
        var role = new Generated(owner.id() + "Role", "AWS::IAM::Role", owner.passed());
        var arns = new ArrayList<>(managed);
        var policies = new ArrayList<>(documents);
        int index = 0;
        for (var entry : Policies.entries(owner.id(), owner.get("Policies"))) {
            var name = role.id + "Policy" + index;
            switch (Policies.kind(entry)) {
                case DOCUMENT -> policies.add(branches(entry, document ->
                        Functions.map("PolicyName", name, "PolicyDocument", document)));
                case MANAGED -> {
                    var arn = branches(entry, one -> one instanceof String text ? Policies.arn(partition, text) : one);
                    if (!arns.contains(arn)) {
                        arns.add(arn);
                    }
                }
                case UNKNOWN ->
                        throw owner.error("Policy at index " + index + " in the 'Policies' property is not valid");
            }
            index++;
        }
        return role.with("AssumeRolePolicyDocument", trust).with("ManagedPolicyArns", arns)
                .with("Policies", policies.isEmpty() ? null : policies).with("Path", owner.get("RolePath"))
                .with("PermissionsBoundary", owner.get("PermissionsBoundary")).with("Tags", tags);
    }

    private static Object branches(Object entry, UnaryOperator<Object> change) {
        if (!Functions.isIf(entry)) {
            return change.apply(entry);
        }
        var parts = Trees.list(Trees.map(entry).get("Fn::If"));
        return Functions.either(parts.get(0),
                Functions.isNoValue(parts.get(1)) ? parts.get(1) : change.apply(parts.get(1)),
                Functions.isNoValue(parts.get(2)) ? parts.get(2) : change.apply(parts.get(2)));
    }
}
