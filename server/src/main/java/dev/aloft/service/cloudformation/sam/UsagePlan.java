package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The usage plan of a REST API's Auth, with its API key: one for this API, or one that APIs of the template share. */
record UsagePlan(Transformation transformation, Declared api, Generated stage, Object tree) {
    private static final Set<String> KEYS = Set.of("CreateUsagePlan", "Description", "Quota", "Tags", "Throttle",
            "UsagePlanName");

    List<Generated> make() {
        if (tree == null) {
            return List.of();
        }
        if (!(tree instanceof Map)) {
            throw api.error("'UsagePlan' must be a dictionary");
        }
        var properties = Trees.map(tree);
        if (!KEYS.containsAll(properties.keySet())) {
            throw api.error("Invalid property for 'UsagePlan'");
        }
        var create = properties.get("CreateUsagePlan");
        if (create == null) {
            throw api.error("'CreateUsagePlan' is a required field for UsagePlan.");
        }
        return switch (Trees.text(create)) {
            case "NONE" -> List.of();
            case "PER_API" -> plan(properties, api.id() + "UsagePlan", api.id() + "ApiKey", api.id() + "UsagePlanKey",
                    Functions.list(api.id()), Functions.list(), Functions.list(), api.passed());
            case "SHARED" -> {
                if (api.tree().containsKey("Condition")) {
                    throw api.error("A shared usage plan of APIs with conditions is not built in Aloft.");
                }
                var shared = transformation.sharedPlan;
                shared.dependsOn.add(api.id());
                yield plan(properties, "ServerlessUsagePlan", "ServerlessApiKey", "ServerlessUsagePlanKey",
                        shared.dependsOn, shared.apiStages, shared.stageKeys, api.passed());
            }
            default -> throw api.error("'CreateUsagePlan' accepts one of ['SHARED', 'PER_API', 'NONE'].");
        };
    }

    private List<Generated> plan(Map<String, Object> properties, String planId, String keyId, String planKeyId,
            List<Object> dependsOn, List<Object> apiStages, List<Object> stageKeys, Map<String, Object> attributes) {
        apiStages.add(Functions.map("ApiId", Functions.ref(api.id()), "Stage", stage.ref()));
        stageKeys.add(Functions.map("RestApiId", Functions.ref(api.id()), "StageName", stage.ref()));
        var plan = new Generated(planId, "AWS::ApiGateway::UsagePlan", attributes).with("ApiStages", apiStages);
        plan.dependsOn = dependsOn;
        for (var name : List.of("UsagePlanName", "Description", "Quota", "Tags", "Throttle")) {
            plan.with(name, Functions.given(properties.get(name)) ? properties.get(name) : null);
        }
        var key = new Generated(keyId, "AWS::ApiGateway::ApiKey", attributes).with("Enabled", true)
                .with("StageKeys", stageKeys);
        key.dependsOn = Functions.list(planId);
        var planKey = new Generated(planKeyId, "AWS::ApiGateway::UsagePlanKey", attributes).with("KeyId", key.ref())
                .with("KeyType", "API_KEY").with("UsagePlanId", plan.ref());
        planKey.dependsOn = Functions.list(keyId);
        return List.of(plan, key, planKey);
    }
}
