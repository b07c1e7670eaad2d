package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_DEPLOYMENTS;
import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_STAGES;
import static dev.aloft.service.apigateway.ApiGatewayData.REST_DEPLOYMENTS;
import static dev.aloft.service.apigateway.ApiGatewayData.REST_STAGES;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.apigateway.serve.HttpRouting;
import dev.aloft.service.apigateway.serve.RestRouting;
import dev.aloft.service.apigateway.serve.Served;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What stages serve at this moment, for the gateway. Which deployment a stage serves is read for every request;
 * deployments never change, so their routes are made once and kept while they are used.
 */
final class Deployed implements Served.Source {
    private static final int KEPT = 1_000;

    private final Store store;
    private final Map<Key, Object> routings = Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Object> eldest) {
            return size() > KEPT;
        }
    });

    Deployed(Store store) {
        this.store = store;
    }

    @Override
    public Optional<Served> find(String apiId, String stageName) {
        return store.read(tx -> rest(tx, apiId, stageName).or(() -> http(tx, apiId, stageName)));
    }

    private Optional<Served> rest(ReadTx tx, String apiId, String stageName) {
        return REST_STAGES.get(tx, Key.of(apiId, stageName)).map(stage -> {
            var key = Key.of(apiId, stage.deploymentId());
            var routing = (RestRouting) routings.computeIfAbsent(key, _ -> {
                var deployment = REST_DEPLOYMENTS.get(tx, key).orElseThrow();
                return new RestRouting(
                        deployment.account(), deployment.region(), deployment.binaryMediaTypes(),
                        deployment.resources().values());
            });
            return new Served.Rest(apiId, stageName, stage.deploymentId(), variables(stage.variables()), routing);
        });
    }

    private Optional<Served> http(ReadTx tx, String apiId, String stageName) {
        return HTTP_STAGES.get(tx, Key.of(apiId, stageName)).filter(stage -> stage.deploymentId() != null)
                .map(stage -> {
            var key = Key.of(apiId, stage.deploymentId());
            var routing = (HttpRouting) routings.computeIfAbsent(key, _ -> {
                var deployment = HTTP_DEPLOYMENTS.get(tx, key).orElseThrow();
                return new HttpRouting(
                        deployment.account(),
                        deployment.region(),
                        deployment.cors(),
                        deployment.routes().values(),
                        deployment.integrations());
            });
            return new Served.Http(apiId, stageName, variables(stage.stageVariables()), routing);
        });
    }

    private static Map<String, String> variables(Map<String, String> variables) {
        return variables == null ? Map.of() : variables;
    }
}
