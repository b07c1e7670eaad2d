package dev.aloft.service.apigateway.serve;

import java.util.Map;
import java.util.Optional;

/** A stage and the deployment that it serves. */
public sealed interface Served {
    /** Where the gateway learns what is deployed. */
    interface Source {
        Optional<Served> find(String apiId, String stageName);
    }

    record Rest(String apiId, String stage, String deploymentId, Map<String, String> variables, RestRouting routing)
            implements Served {}

    record Http(String apiId, String stage, Map<String, String> variables, HttpRouting routing) implements Served {}
}
