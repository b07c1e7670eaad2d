package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_DEPLOYMENTS;
import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_STAGES;
import static dev.aloft.service.apigateway.HttpApis.notFound;
import static dev.aloft.service.apigateway.HttpApis.record;
import static dev.aloft.service.apigateway.HttpApis.refuse;
import static dev.aloft.service.apigateway.HttpApis.set;

import dev.aloft.api.ApiGatewayV2.*;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.apigateway.ApiGatewayData.HttpApiRecord;
import dev.aloft.service.apigateway.ApiGatewayData.HttpDeployment;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Deployments of HTTP APIs and the stages that serve them. */
final class HttpStages {
    private final Store store;
    private final Time time;

    HttpStages(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    /** Gives every stage that deploys by itself the API as it is now. What such a stage served before is forgotten. */
    static void deployAutomatically(Tx tx, Caller caller, HttpApiRecord api, Instant now) {
        var apiId = api.api().apiId();
        for (var row : HTTP_STAGES.range(tx, Key.of(apiId)).toList()) {
            var stage = row.value();
            if (Boolean.TRUE.equals(stage.autoDeploy())) {
                var id = Ids.part(caller, "deployment " + stage.stageName() + stage.deploymentId());
                keep(tx, api, id, true, "Automatic deployment triggered by changes to the Api configuration", now);
                HTTP_STAGES.put(tx, row.key(), stage.toBuilder()
                        .deploymentId(id)
                        .lastDeploymentStatusMessage("Successfully deployed stage with deployment ID '" + id + "'")
                        .lastUpdatedDate(now)
                        .build());
                forget(tx, apiId, stage.deploymentId());
            }
        }
    }

    private static void forget(Tx tx, String apiId, String id) {
        if (id == null || HTTP_STAGES.range(tx, Key.of(apiId)).anyMatch(row -> id.equals(row.value().deploymentId()))) {
            return;
        }
        var key = Key.of(apiId, id);
        if (HTTP_DEPLOYMENTS.get(tx, key).filter(old -> old.deployment().autoDeployed()).isPresent()) {
            HTTP_DEPLOYMENTS.delete(tx, key);
        }
    }

    private static Deployment keep(Tx tx, HttpApiRecord api, String id, boolean automatic, String description,
            Instant now) {
        var deployment = Deployment.of(d -> d.deploymentId(id)
                .autoDeployed(automatic)
                .createdDate(now)
                .deploymentStatus("DEPLOYED")
                .description(description));
        HTTP_DEPLOYMENTS.put(tx, Key.of(api.api().apiId(), id), new HttpDeployment(
                api.account(), api.region(), deployment, api.api().corsConfiguration(), api.routes(),
                api.integrations()));
        return deployment;
    }

    Deployment createDeployment(Caller caller, CreateDeploymentRequest input) {
        var id = Ids.part(caller, "deployment");
        var now = time.instant();
        return store.write(tx -> {
            var api = record(tx, caller, input.apiId());
            if (api.routes().isEmpty()) {
                throw new BadRequestException("At least one route is required before deploying the Api.");
            }
            var deployment = keep(tx, api, id, false, input.description(), now);
            if (input.stageName() != null) {
                var stage = stage(tx, caller, input.apiId(), input.stageName());
                HTTP_STAGES.put(tx, Key.of(input.apiId(), input.stageName()),
                        stage.toBuilder().deploymentId(id).lastUpdatedDate(now).build());
            }
            return deployment;
        });
    }

    Deployment getDeployment(Caller caller, String apiId, String id) {
        return store.read(tx -> deployment(tx, caller, apiId, id)).deployment();
    }

    List<Deployment> deployments(Caller caller, String apiId) {
        return store.read(tx -> {
            record(tx, caller, apiId);
            return HTTP_DEPLOYMENTS.range(tx, Key.of(apiId)).map(row -> row.value().deployment()).toList();
        });
    }

    void deleteDeployment(Caller caller, String apiId, String id) {
        store.change(tx -> {
            deployment(tx, caller, apiId, id);
            if (HTTP_STAGES.range(tx, Key.of(apiId)).anyMatch(row -> id.equals(row.value().deploymentId()))) {
                throw new BadRequestException("Unable to delete deployment '" + id + "': it is in use by a stage");
            }
            HTTP_DEPLOYMENTS.delete(tx, Key.of(apiId, id));
        });
    }

    Stage createStage(Caller caller, CreateStageRequest input) {
        refuse(input.accessLogSettings() != null, "A stage's access logs");
        refuseSettings(input.defaultRouteSettings(), input.routeSettings());
        refuse(input.clientCertificateId() != null, "A stage's client certificate");
        if (!input.stageName().matches("\\$default|[a-zA-Z0-9_-]{1,128}")) {
            throw new BadRequestException("Stage name only allows a-zA-Z0-9_-");
        }
        var now = time.instant();
        return store.write(tx -> {
            var api = record(tx, caller, input.apiId());
            var key = Key.of(input.apiId(), input.stageName());
            if (HTTP_STAGES.has(tx, key)) {
                throw new ConflictException("Stage already exists");
            }
            if (input.deploymentId() != null) {
                deployment(tx, caller, input.apiId(), input.deploymentId());
            }
            HTTP_STAGES.put(tx, key, Stage.of(s -> s.stageName(input.stageName())
                    .autoDeploy(Boolean.TRUE.equals(input.autoDeploy()))
                    .deploymentId(input.deploymentId())
                    .description(input.description())
                    .stageVariables(input.stageVariables())
                    .defaultRouteSettings(RouteSettings.of(r -> r.detailedMetricsEnabled(false)))
                    .routeSettings(Map.of())
                    .tags(input.tags() == null ? Map.of() : input.tags())
                    .createdDate(now)
                    .lastUpdatedDate(now)));
            deployAutomatically(tx, caller, api, now);
            return HTTP_STAGES.get(tx, key).orElseThrow();
        });
    }

    Stage getStage(Caller caller, String apiId, String name) {
        return store.read(tx -> stage(tx, caller, apiId, name));
    }

    List<Stage> stages(Caller caller, String apiId) {
        return store.read(tx -> {
            record(tx, caller, apiId);
            return HTTP_STAGES.range(tx, Key.of(apiId)).map(row -> row.value()).toList();
        });
    }

    Stage updateStage(Caller caller, UpdateStageRequest input) {
        refuse(input.accessLogSettings() != null, "A stage's access logs");
        refuseSettings(input.defaultRouteSettings(), input.routeSettings());
        refuse(input.clientCertificateId() != null, "A stage's client certificate");
        var now = time.instant();
        return store.write(tx -> {
            var key = Key.of(input.apiId(), input.stageName());
            var stage = stage(tx, caller, input.apiId(), input.stageName()).toBuilder().lastUpdatedDate(now);
            if (input.deploymentId() != null) {
                deployment(tx, caller, input.apiId(), input.deploymentId());
            }
            set(input.deploymentId(), stage::deploymentId);
            set(input.description(), stage::description);
            set(input.stageVariables(), stage::stageVariables);
            set(input.autoDeploy(), stage::autoDeploy);
            HTTP_STAGES.put(tx, key, stage.build());
            if (Boolean.TRUE.equals(input.autoDeploy())) {
                deployAutomatically(tx, caller, record(tx, caller, input.apiId()), now);
            }
            return HTTP_STAGES.get(tx, key).orElseThrow();
        });
    }

    void deleteStage(Caller caller, String apiId, String name) {
        store.change(tx -> {
            var stage = stage(tx, caller, apiId, name);
            HTTP_STAGES.delete(tx, Key.of(apiId, name));
            forget(tx, apiId, stage.deploymentId());
        });
    }

    /** Throttling and logging are not built; settings that ask for neither are what every stage has. */
    private static void refuseSettings(RouteSettings defaults, Map<String, RouteSettings> routes) {
        refuse(routes != null && !routes.isEmpty(), "A stage's route settings");
        refuse(defaults != null && (defaults.throttlingBurstLimit() != null || defaults.throttlingRateLimit() != null),
                "A stage's throttling");
        refuse(defaults != null && Boolean.TRUE.equals(defaults.detailedMetricsEnabled()),
                "A stage's detailed metrics");
    }

    private static Stage stage(ReadTx tx, Caller caller, String apiId, String name) {
        record(tx, caller, apiId);
        return HTTP_STAGES.get(tx, Key.of(apiId, name)).orElseThrow(() -> notFound("Stage", name));
    }

    private static HttpDeployment deployment(ReadTx tx, Caller caller, String apiId, String id) {
        record(tx, caller, apiId);
        return HTTP_DEPLOYMENTS.get(tx, Key.of(apiId, id)).orElseThrow(() -> notFound("Deployment", id));
    }
}
