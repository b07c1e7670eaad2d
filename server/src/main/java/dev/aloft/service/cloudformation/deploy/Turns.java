package dev.aloft.service.cloudformation.deploy;

import dev.aloft.service.cloudformation.template.Graph;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Which resource waits for which other one: what it needs, and the permissions that can be given before it.
 *
 * <p>A template need not say that a subscription filter waits for the permission to invoke its function, or a mapping
 * for its role's policy. On AWS both are made at the same time, and who finds the permission missing tries again for a
 * while; here such permissions are given first.
 */
final class Turns {
    private static final Set<String> PERMISSIONS = Set.of("AWS::Events::EventBusPolicy", "AWS::IAM::GroupPolicy",
            "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy",
            "AWS::Kinesis::ResourcePolicy", "AWS::Lambda::LayerVersionPermission", "AWS::Lambda::Permission",
            "AWS::Logs::ResourcePolicy", "AWS::S3::BucketPolicy", "AWS::SecretsManager::ResourcePolicy",
            "AWS::SNS::TopicInlinePolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueueInlinePolicy",
            "AWS::SQS::QueuePolicy");

    private final Map<String, Set<String>> waits = new HashMap<>();

    Turns(Graph graph, Function<String, String> types) {
        var permissions = graph.resources().stream().filter(id -> PERMISSIONS.contains(types.apply(id))).toList();
        for (var id : graph.resources()) {
            waits.put(id, permissions.contains(id) ? graph.needs(id) : withPermissions(graph, id, permissions));
        }
    }

    /** A permission that needs no more than the resource itself does cannot wait for the resource. */
    private static Set<String> withPermissions(Graph graph, String id, List<String> permissions) {
        var all = new LinkedHashSet<>(graph.needs(id));
        var reached = graph.reached(id);
        permissions.stream().filter(permission -> !graph.needs(permission).isEmpty()
                && reached.containsAll(graph.needs(permission))).forEach(all::add);
        return all;
    }

    Set<String> before(String id) {
        return waits.getOrDefault(id, Set.of());
    }
}
