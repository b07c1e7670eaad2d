package dev.aloft.service.autoscaling;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which resources have which dimension, of all that AWS scales; of those only some are here.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html">
 *     RegisterScalableTarget</a>
 */
final class Dimensions {
    private static final String NAME = "[^/:]+";
    private static final Map<String, Pattern> RESOURCES = Map.ofEntries(
            entry("dynamodb:table:ReadCapacityUnits", "table/" + NAME),
            entry("dynamodb:table:WriteCapacityUnits", "table/" + NAME),
            entry("dynamodb:index:ReadCapacityUnits", "table/" + NAME + "/index/" + NAME),
            entry("dynamodb:index:WriteCapacityUnits", "table/" + NAME + "/index/" + NAME),
            entry("lambda:function:ProvisionedConcurrency", "function:" + NAME + ":" + NAME),
            entry("ecs:service:DesiredCount", "service/.+"),
            entry("ec2:spot-fleet-request:TargetCapacity", "spot-fleet-request/.+"),
            entry("elasticmapreduce:instancegroup:InstanceCount", "instancegroup/.+"),
            entry("appstream:fleet:DesiredCapacity", "fleet/.+"),
            entry("rds:cluster:ReadReplicaCount", "cluster:.+"),
            entry("sagemaker:variant:DesiredInstanceCount", "endpoint/.+/variant/.+"),
            entry("sagemaker:variant:DesiredProvisionedConcurrency", "endpoint/.+/variant/.+"),
            entry("sagemaker:inference-component:DesiredCopyCount", "inference-component/.+"),
            entry("custom-resource:ResourceType:Property", ".+"),
            entry("comprehend:document-classifier-endpoint:DesiredInferenceUnits",
                    "arn:.+:document-classifier-endpoint/.+"),
            entry("comprehend:entity-recognizer-endpoint:DesiredInferenceUnits",
                    "arn:.+:entity-recognizer-endpoint/.+"),
            entry("cassandra:table:ReadCapacityUnits", "keyspace/.+/table/.+"),
            entry("cassandra:table:WriteCapacityUnits", "keyspace/.+/table/.+"),
            entry("kafka:broker-storage:VolumeSize", "arn:.+:cluster/.+"),
            entry("elasticache:replication-group:NodeGroups", "replication-group/.+"),
            entry("elasticache:replication-group:Replicas", "replication-group/.+"),
            entry("neptune:cluster:ReadReplicaCount", "cluster:.+"),
            entry("workspaces:workspacespool:DesiredUserSessions", "workspacespool/.+"));

    private Dimensions() {}

    private static Map.Entry<String, Pattern> entry(String dimension, String resource) {
        return Map.entry(dimension, Pattern.compile(resource));
    }

    /** The three belong together. */
    static void check(TargetId id) {
        var resource = RESOURCES.get(id.dimension());
        if (resource == null || !id.dimension().startsWith(id.namespace() + ":")
                || !resource.matcher(id.resource()).matches()) {
            throw new ValidationException("Unsupported service namespace, resource type or scalable dimension");
        }
    }

    static ApiError notBuilt(TargetId id) {
        return ApiError.notBuilt("Application Auto Scaling of " + id.dimension());
    }
}
