package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayData.REST_DEPLOYMENTS;
import static dev.aloft.service.apigateway.ApiGatewayData.REST_STAGES;
import static dev.aloft.service.apigateway.RestApis.record;
import static dev.aloft.service.apigateway.RestApis.refuse;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway.*;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.apigateway.ApiGatewayData.RestApiRecord;
import dev.aloft.service.apigateway.ApiGatewayData.RestDeployment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Deployments of REST APIs and the stages that serve them. */
final class RestStages {
    private final Store store;
    private final Time time;

    RestStages(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    Deployment createDeployment(Caller caller, CreateDeploymentRequest input) {
        refuse(input.canarySettings() != null, "A canary deployment");
        refuse(Boolean.TRUE.equals(input.cacheClusterEnabled()), "A stage's cache cluster");
        refuse(Boolean.TRUE.equals(input.tracingEnabled()), "A stage's tracing");
        if (input.stageName() != null && !input.stageName().isEmpty()) {
            checkName(input.stageName());
        }
        var id = Ids.part(caller, "deployment");
        var now = time.instant();
        return store.write(tx -> {
            var api = record(tx, caller, input.restApiId());
            var known = REST_DEPLOYMENTS.get(tx, Key.of(input.restApiId(), id));
            if (known.isPresent()) {
                return known.get().deployment();
            }
            checkDeployable(api);
            var deployment = Deployment.of(d -> d.id(id).description(input.description()).createdDate(now));
            REST_DEPLOYMENTS.put(tx, Key.of(input.restApiId(), id), new RestDeployment(
                    api.account(), api.region(), deployment, api.api().binaryMediaTypes(), api.resources()));
            if (input.stageName() != null && !input.stageName().isEmpty()) {
                var key = Key.of(input.restApiId(), input.stageName());
                var stage = REST_STAGES.get(tx, key)
                        .map(old -> old.toBuilder().deploymentId(id).lastUpdatedDate(now).build())
                        .orElseGet(() -> Stage.of(s -> s.stageName(input.stageName())
                                .deploymentId(id)
                                .description(input.stageDescription())
                                .variables(input.variables())
                                .cacheClusterEnabled(false)
                                .cacheClusterStatus("NOT_AVAILABLE")
                                .methodSettings(Map.of())
                                .tracingEnabled(false)
                                .createdDate(now)
                                .lastUpdatedDate(now)));
                REST_STAGES.put(tx, key, stage);
            }
            return deployment;
        });
    }

    private static void checkDeployable(RestApiRecord api) {
        boolean any = false;
        for (var resource : api.resources().values()) {
            if (resource.resourceMethods() != null) {
                any |= !resource.resourceMethods().isEmpty();
                if (resource.resourceMethods().values().stream()
                        .anyMatch(method -> method.methodIntegration() == null)) {
                    throw new BadRequestException("No integration defined for method");
                }
            }
        }
        if (!any) {
            throw new BadRequestException("The REST API doesn't contain any methods");
        }
    }

    Deployment getDeployment(Caller caller, GetDeploymentRequest input) {
        var found = store.read(tx -> deployment(tx, caller, input.restApiId(), input.deploymentId()));
        boolean summary = input.embed() != null && input.embed().contains("apisummary");
        return summary ? found.deployment().toBuilder().apiSummary(summary(found)).build() : found.deployment();
    }

    private static Map<String, Map<String, MethodSnapshot>> summary(RestDeployment deployment) {
        var summary = new TreeMap<String, Map<String, MethodSnapshot>>();
        for (var resource : deployment.resources().values()) {
            if (resource.resourceMethods() != null) {
                var methods = new TreeMap<String, MethodSnapshot>();
                resource.resourceMethods().forEach((name, method) -> methods.put(name, MethodSnapshot.of(
                        m -> m.authorizationType(method.authorizationType()).apiKeyRequired(method.apiKeyRequired()))));
                summary.put(resource.path(), methods);
            }
        }
        return summary;
    }

    GetDeploymentsResponse listDeployments(Caller caller, GetDeploymentsRequest input) {
        var all = store.read(tx -> {
            record(tx, caller, input.restApiId());
            return REST_DEPLOYMENTS.range(tx, Key.of(input.restApiId())).map(row -> row.value().deployment()).toList();
        });
        var page = Paging.page(all, Deployment::id, input.position(), input.limit());
        return GetDeploymentsResponse.of(r -> r.items(page.items()).position(page.next()));
    }

    DeleteDeploymentResponse deleteDeployment(Caller caller, String apiId, String id) {
        store.change(tx -> {
            deployment(tx, caller, apiId, id);
            if (REST_STAGES.range(tx, Key.of(apiId)).anyMatch(row -> id.equals(row.value().deploymentId()))) {
                throw new BadRequestException("Active stages pointing to this deployment must be moved or deleted");
            }
            REST_DEPLOYMENTS.delete(tx, Key.of(apiId, id));
        });
        return new DeleteDeploymentResponse();
    }

    Stage createStage(Caller caller, CreateStageRequest input) {
        refuse(Boolean.TRUE.equals(input.cacheClusterEnabled()), "A stage's cache cluster");
        refuse(Boolean.TRUE.equals(input.tracingEnabled()), "A stage's tracing");
        refuse(input.canarySettings() != null, "A stage's canary settings");
        checkName(input.stageName());
        var now = time.instant();
        return store.write(tx -> {
            record(tx, caller, input.restApiId());
            if (!REST_DEPLOYMENTS.has(tx, Key.of(input.restApiId(), input.deploymentId()))) {
                throw new BadRequestException("Deployment id does not exist");
            }
            var key = Key.of(input.restApiId(), input.stageName());
            if (REST_STAGES.has(tx, key)) {
                throw new ConflictException("Stage already exists");
            }
            var stage = Stage.of(s -> s.stageName(input.stageName())
                    .deploymentId(input.deploymentId())
                    .description(input.description())
                    .variables(input.variables())
                    .documentationVersion(input.documentationVersion())
                    .cacheClusterEnabled(false)
                    .cacheClusterStatus("NOT_AVAILABLE")
                    .methodSettings(Map.of())
                    .tracingEnabled(false)
                    .tags(input.tags())
                    .createdDate(now)
                    .lastUpdatedDate(now));
            REST_STAGES.put(tx, key, stage);
            return stage;
        });
    }

    private static void checkName(String stage) {
        if (!stage.matches("[a-zA-Z0-9_-]{1,128}")) {
            throw new BadRequestException("Stage name only allows a-zA-Z0-9_-");
        }
    }

    Stage getStage(Caller caller, String apiId, String name) {
        return store.read(tx -> stage(tx, caller, apiId, name));
    }

    GetStagesResponse listStages(Caller caller, GetStagesRequest input) {
        return store.read(tx -> {
            record(tx, caller, input.restApiId());
            var all = REST_STAGES.range(tx, Key.of(input.restApiId())).map(row -> row.value())
                    .filter(stage -> input.deploymentId() == null || input.deploymentId().equals(stage.deploymentId()))
                    .toList();
            return GetStagesResponse.of(r -> r.item(all));
        });
    }

    Stage updateStage(Caller caller, UpdateStageRequest input) {
        var now = time.instant();
        return store.write(tx -> {
            var stage = stage(tx, caller, input.restApiId(), input.stageName()).toBuilder().lastUpdatedDate(now);
            for (var patch : Patches.checked(input.patchOperations())) {
                switch (patch.path()) {
                    case "/deploymentId" -> {
                        if (!REST_DEPLOYMENTS.has(tx, Key.of(input.restApiId(), patch.value()))) {
                            throw new BadRequestException("Deployment id does not exist");
                        }
                        stage.deploymentId(patch.value());
                    }
                    case "/description" -> stage.description(patch.value());
                    case String path when path.startsWith("/variables/") -> {
                        var old = stage.build().variables();
                        var variables = new LinkedHashMap<>(old == null ? Map.of() : old);
                        if (patch.op().equals("remove")) {
                            variables.remove(path.substring(11));
                        } else {
                            variables.put(path.substring(11), patch.value());
                        }
                        stage.variables(variables);
                    }
                    case String path -> throw ApiError.notBuilt("UpdateStage of " + path);
                }
            }
            REST_STAGES.put(tx, Key.of(input.restApiId(), input.stageName()), stage.build());
            return stage.build();
        });
    }

    DeleteStageResponse deleteStage(Caller caller, String apiId, String name) {
        store.change(tx -> {
            stage(tx, caller, apiId, name);
            REST_STAGES.delete(tx, Key.of(apiId, name));
        });
        return new DeleteStageResponse();
    }

    private static Stage stage(ReadTx tx, Caller caller, String apiId, String name) {
        record(tx, caller, apiId);
        return REST_STAGES.get(tx, Key.of(apiId, name))
                .orElseThrow(() -> new NotFoundException("Invalid stage identifier specified"));
    }

    private static RestDeployment deployment(ReadTx tx, Caller caller, String apiId, String id) {
        record(tx, caller, apiId);
        return REST_DEPLOYMENTS.get(tx, Key.of(apiId, id))
                .orElseThrow(() -> new NotFoundException("Invalid Deployment identifier specified"));
    }
}
