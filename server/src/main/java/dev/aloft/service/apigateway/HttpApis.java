package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_APIS;
import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_APIS_BY_PLACE;
import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_DEPLOYMENTS;
import static dev.aloft.service.apigateway.ApiGatewayData.HTTP_STAGES;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGatewayV2.*;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.apigateway.ApiGatewayData.HttpApiRecord;
import dev.aloft.service.apigateway.serve.LambdaUri;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** HTTP APIs with their routes and integrations. A change reaches stages with automatic deployment at once. */
final class HttpApis {
    private static final String ROUTE_SELECTION = "$request.method $request.path";
    private static final int MAX_ROUTES = 300;

    private final Store store;
    private final Time time;

    HttpApis(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    Api_ create(Caller caller, CreateApiRequest input) {
        if ("WEBSOCKET".equals(input.protocolType())) {
            throw ApiError.notBuilt("A WebSocket API");
        }
        refuse(input.disableSchemaValidation() != null, "CreateApi's disableSchemaValidation");
        if (input.routeSelectionExpression() != null
                && !input.routeSelectionExpression().matches("\\$\\{?request\\.method}? \\$\\{?request\\.path}?")) {
            throw new BadRequestException("RouteSelectionExpression must be \"${request.method} "
                    + "${request.path}\" for HTTP APIs");
        }
        if (input.target() == null && (input.routeKey() != null || input.credentialsArn() != null)) {
            throw new BadRequestException("Target is required when routeKey or credentialsArn is given");
        }
        var now = time.instant();
        var api = fresh(caller, input.name(), now)
                .corsConfiguration(CorsRules.checked(input.corsConfiguration()))
                .description(input.description())
                .disableExecuteApiEndpoint(Boolean.TRUE.equals(input.disableExecuteApiEndpoint()))
                .tags(input.tags() == null ? Map.of() : input.tags())
                .version(input.version())
                .build();
        var record = new HttpApiRecord(caller.account(), caller.region(), api, Map.of(), Map.of());
        var complete = input.target() == null ? record : quick(caller, record, input);
        return store.write(tx -> {
            var known = HTTP_APIS.get(tx, Key.of(api.apiId()));
            if (known.isPresent()) {
                return known.get().api();
            }
            HTTP_APIS.put(tx, Key.of(api.apiId()), complete);
            if (input.target() != null) {
                HTTP_STAGES.put(tx, Key.of(api.apiId(), "$default"), Stage.of(
                        s -> s.stageName("$default").autoDeploy(true).apiGatewayManaged(true).createdDate(now)
                        .lastUpdatedDate(now)));
                HttpStages.deployAutomatically(tx, caller, complete, now);
            }
            return api;
        });
    }

    /** Quick create: one route to one integration, and a stage that deploys by itself. */
    private static HttpApiRecord quick(Caller caller, HttpApiRecord record, CreateApiRequest input) {
        var integration = Integration.of(i -> i.integrationId(Ids.part(caller, "integration"))
                .apiGatewayManaged(true)
                .connectionType("INTERNET")
                .credentialsArn(input.credentialsArn())
                .integrationMethod("POST")
                .integrationType(LambdaUri.is(input.target()) ? "AWS_PROXY" : "HTTP_PROXY")
                .integrationUri(input.target())
                .payloadFormatVersion("2.0")
                .timeoutInMillis(30_000));
        Integrations.check(integration);
        var route = Route.of(r -> r.routeId(Ids.part(caller, "route"))
                .apiGatewayManaged(true)
                .apiKeyRequired(false)
                .authorizationType("NONE")
                .routeKey(input.routeKey() == null ? "$default" : input.routeKey())
                .target("integrations/" + integration.integrationId()));
        Integrations.check(route);
        return new HttpApiRecord(record.account(), record.region(), record.api(),
                Map.of(route.routeId(), route), Map.of(integration.integrationId(), integration));
    }

    Api_ importApi(Caller caller, ImportApiRequest input) {
        var definition = definition(input.body(), input.basepath());
        var now = time.instant();
        var api = fresh(caller, definition.title(), now)
                .corsConfiguration(CorsRules.checked(definition.cors()))
                .description(definition.description())
                .disableExecuteApiEndpoint(false)
                .tags(definition.tags())
                .version(definition.version())
                .build();
        var record = defined(caller, api, definition);
        return store.write(tx -> {
            var known = HTTP_APIS.get(tx, Key.of(api.apiId()));
            if (known.isPresent()) {
                return known.get().api();
            }
            HTTP_APIS.put(tx, Key.of(api.apiId()), record);
            return api;
        });
    }

    Api_ reimport(Caller caller, ReimportApiRequest input) {
        var definition = definition(input.body(), input.basepath());
        return change(caller, input.apiId(), old -> {
            var api = old.api().toBuilder()
                    .name(definition.title().isEmpty() ? old.api().name() : definition.title())
                    .corsConfiguration(CorsRules.checked(definition.cors()))
                    .description(definition.description())
                    .version(definition.version())
                    .build();
            return defined(caller, api, definition);
        }).api();
    }

    private static OpenApi definition(String body, String basepath) {
        refuse(basepath != null && !basepath.equals("ignore"), "A basepath other than ignore");
        var definition = OpenApi.read(body.getBytes(StandardCharsets.UTF_8));
        if (definition.document().get("openapi") == null) {
            throw new BadRequestException("Only OpenAPI 3.0 definitions can be imported as HTTP APIs");
        }
        return definition;
    }

    private static HttpApiRecord defined(Caller caller, Api_ api, OpenApi definition) {
        var routes = new LinkedHashMap<String, Route>();
        var integrations = new LinkedHashMap<String, Integration>();
        for (var entry : definition.entries()) {
            var key = entry.path().equals("/$default") ? "$default" : entry.method() + " " + entry.path();
            var given = entry.integration();
            var integration = Integration.of(i -> i.integrationId(Ids.part(caller, "integration " + key))
                    .connectionType((String) given.getOrDefault("connectionType", "INTERNET"))
                    .credentialsArn((String) given.get("credentials"))
                    .integrationMethod((String) given.get("httpMethod"))
                    .integrationType(String.valueOf(given.get("type")).toUpperCase(Locale.ROOT))
                    .integrationSubtype((String) given.get("integrationSubtype"))
                    .integrationUri((String) given.get("uri"))
                    .payloadFormatVersion(String.valueOf(given.getOrDefault("payloadFormatVersion", "1.0")))
                    .requestParameters(OpenApi.texts(given.get("requestParameters")))
                    .timeoutInMillis(given.get("timeoutInMillis") instanceof Number n ? n.intValue() : 30_000));
            Integrations.check(integration);
            integrations.put(integration.integrationId(), integration);
            var route = Route.of(r -> r.routeId(Ids.part(caller, "route " + key))
                    .apiKeyRequired(false)
                    .authorizationType("NONE")
                    .operationName((String) entry.definition().get("operationId"))
                    .routeKey(key)
                    .target("integrations/" + integration.integrationId()));
            routes.put(route.routeId(), route);
        }
        return new HttpApiRecord(caller.account(), caller.region(), api, routes, integrations);
    }

    private Api_.Builder fresh(Caller caller, String name, Instant now) {
        var id = Ids.api(caller);
        return Api_.of(b -> b.apiId(id)
                        .apiEndpoint("https://" + id + ".execute-api." + caller.region() + ".amazonaws.com")
                        .apiGatewayManaged(false)
                        .apiKeySelectionExpression("$request.header.x-api-key")
                        .createdDate(now)
                        .name(name)
                        .protocolType("HTTP")
                        .routeSelectionExpression(ROUTE_SELECTION))
                .toBuilder();
    }

    Api_ get(Caller caller, String id) {
        return store.read(tx -> record(tx, caller, id)).api();
    }

    GetApisResponse list(Caller caller, GetApisRequest input) {
        var all = store.read(tx -> HTTP_APIS_BY_PLACE.range(tx, Key.of(caller.account(), caller.region()))
                .map(row -> row.value().api()).toList());
        var page = Paging.page(all, Api_::apiId, input.nextToken(), limit(input.maxResults()));
        return GetApisResponse.of(r -> r.items(page.items()).nextToken(page.next()));
    }

    Api_ update(Caller caller, UpdateApiRequest input) {
        refuse(input.target() != null || input.routeKey() != null || input.credentialsArn() != null,
                "UpdateApi of a quick-created route");
        return change(caller, input.apiId(), old -> {
            var api = old.api().toBuilder();
            set(input.name(), api::name);
            set(input.description(), api::description);
            set(input.version(), api::version);
            set(CorsRules.checked(input.corsConfiguration()), api::corsConfiguration);
            set(input.disableExecuteApiEndpoint(), api::disableExecuteApiEndpoint);
            return new HttpApiRecord(old.account(), old.region(), api.build(), old.routes(), old.integrations());
        }).api();
    }

    void delete(Caller caller, String id) {
        store.change(tx -> {
            record(tx, caller, id);
            HTTP_APIS.delete(tx, Key.of(id));
            HTTP_STAGES.range(tx, Key.of(id)).map(row -> row.key()).toList()
                    .forEach(key -> HTTP_STAGES.delete(tx, key));
            HTTP_DEPLOYMENTS.range(tx, Key.of(id)).map(row -> row.key()).toList()
                    .forEach(key -> HTTP_DEPLOYMENTS.delete(tx, key));
        });
    }

    Integration createIntegration(Caller caller, CreateIntegrationRequest input) {
        refuse(input.tlsConfig() != null, "An integration's tlsConfig");
        refuse(input.connectionId() != null || "VPC_LINK".equals(input.connectionType()), "API Gateway's VPC link");
        var id = Ids.part(caller, "integration");
        var integration = Integration.of(i -> i.integrationId(id)
                .connectionType("INTERNET")
                .credentialsArn(input.credentialsArn())
                .description(input.description())
                .integrationMethod(input.integrationMethod() == null ? "POST" : input.integrationMethod())
                .integrationType(input.integrationType())
                .integrationSubtype(input.integrationSubtype())
                .integrationUri(input.integrationUri())
                .payloadFormatVersion(input.payloadFormatVersion())
                .requestParameters(input.requestParameters())
                .responseParameters(input.responseParameters())
                .timeoutInMillis(input.timeoutInMillis() == null ? 30_000 : input.timeoutInMillis()));
        Integrations.check(integration);
        return changeIntegrations(caller, input.apiId(), id, _ -> integration);
    }

    Integration getIntegration(Caller caller, String apiId, String id) {
        return integration(store.read(tx -> record(tx, caller, apiId)), id);
    }

    List<Integration> integrations(Caller caller, String apiId) {
        return List.copyOf(store.read(tx -> record(tx, caller, apiId)).integrations().values());
    }

    Integration updateIntegration(Caller caller, UpdateIntegrationRequest input) {
        refuse(input.tlsConfig() != null, "An integration's tlsConfig");
        refuse(input.connectionId() != null || "VPC_LINK".equals(input.connectionType()), "API Gateway's VPC link");
        return changeIntegrations(caller, input.apiId(), input.integrationId(), old -> {
            var changed = known(old, "Integration", input.integrationId()).toBuilder();
            set(input.credentialsArn(), changed::credentialsArn);
            set(input.description(), changed::description);
            set(input.integrationMethod(), changed::integrationMethod);
            set(input.integrationType(), changed::integrationType);
            set(input.integrationSubtype(), changed::integrationSubtype);
            set(input.integrationUri(), changed::integrationUri);
            set(input.payloadFormatVersion(), changed::payloadFormatVersion);
            set(input.requestParameters(), changed::requestParameters);
            set(input.responseParameters(), changed::responseParameters);
            set(input.timeoutInMillis(), changed::timeoutInMillis);
            Integrations.check(changed.build());
            return changed.build();
        });
    }

    void deleteIntegration(Caller caller, String apiId, String id) {
        change(caller, apiId, old -> {
            integration(old, id);
            if (old.routes().values().stream().anyMatch(route -> ("integrations/" + id).equals(route.target()))) {
                throw new ConflictException("Cannot delete Integration '" + id + "', it is referenced by a route");
            }
            var left = new LinkedHashMap<>(old.integrations());
            left.remove(id);
            return new HttpApiRecord(old.account(), old.region(), old.api(), old.routes(), left);
        });
    }

    Route createRoute(Caller caller, CreateRouteRequest input) {
        refuse(input.requestParameters() != null || input.requestModels() != null
                || input.modelSelectionExpression() != null
                || input.routeResponseSelectionExpression() != null, "A route's request parameters and models");
        var id = Ids.part(caller, "route");
        var route = Route.of(r -> r.routeId(id)
                .apiKeyRequired(Boolean.TRUE.equals(input.apiKeyRequired()))
                .authorizationScopes(input.authorizationScopes())
                .authorizationType(input.authorizationType() == null ? "NONE" : input.authorizationType())
                .authorizerId(input.authorizerId())
                .operationName(input.operationName())
                .routeKey(input.routeKey())
                .target(input.target()));
        return changeRoutes(caller, input.apiId(), id, _ -> route);
    }

    Route getRoute(Caller caller, String apiId, String id) {
        var record = store.read(tx -> record(tx, caller, apiId));
        return known(record.routes().get(id), "Route", id);
    }

    List<Route> routes(Caller caller, String apiId) {
        return List.copyOf(store.read(tx -> record(tx, caller, apiId)).routes().values());
    }

    Route updateRoute(Caller caller, UpdateRouteRequest input) {
        refuse(input.requestParameters() != null || input.requestModels() != null
                || input.modelSelectionExpression() != null
                || input.routeResponseSelectionExpression() != null, "A route's request parameters and models");
        return changeRoutes(caller, input.apiId(), input.routeId(), old -> {
            var changed = known(old, "Route", input.routeId()).toBuilder();
            set(input.apiKeyRequired(), changed::apiKeyRequired);
            set(input.authorizationType(), changed::authorizationType);
            set(input.authorizerId(), changed::authorizerId);
            set(input.operationName(), changed::operationName);
            set(input.routeKey(), changed::routeKey);
            set(input.target(), changed::target);
            return changed.build();
        });
    }

    void deleteRoute(Caller caller, String apiId, String id) {
        change(caller, apiId, old -> {
            known(old.routes().get(id), "Route", id);
            var left = new LinkedHashMap<>(old.routes());
            left.remove(id);
            return new HttpApiRecord(old.account(), old.region(), old.api(), left, old.integrations());
        });
    }

    Map<String, String> tags(Caller caller, String arn) {
        return get(caller, taggedApi(arn)).tags();
    }

    void tag(Caller caller, String arn, UnaryOperator<Map<String, String>> change) {
        change(caller, taggedApi(arn), old -> new HttpApiRecord(old.account(), old.region(),
                old.api().toBuilder().tags(change.apply(old.api().tags())).build(), old.routes(), old.integrations()));
    }

    private static String taggedApi(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("/apis/")) {
            throw new BadRequestException("Invalid resource ARN: " + arn);
        }
        var id = Arn.parse(arn).resource().substring("/apis/".length());
        refuse(id.contains("/"), "Tags of an API's stage");
        return id;
    }

    /** The API if it is the caller's, or AWS's error. */
    static HttpApiRecord record(ReadTx tx, Caller caller, String id) {
        return HTTP_APIS.get(tx, Key.of(id))
                .filter(api -> api.account().equals(caller.account()) && api.region().equals(caller.region()))
                .orElseThrow(() -> notFound("API", id));
    }

    static NotFoundException notFound(String what, String id) {
        return new NotFoundException(NotFoundException.Detail.of(
                d -> d.message("Invalid " + what + " identifier specified " + id).resourceType(what)));
    }

    private static Integration integration(HttpApiRecord record, String id) {
        return known(record.integrations().get(id), "Integration", id);
    }

    private static <T> T known(T found, String what, String id) {
        if (found == null) {
            throw notFound(what, id);
        }
        return found;
    }

    private Integration changeIntegrations(Caller caller, String apiId, String id, UnaryOperator<Integration> change) {
        return change(caller, apiId, old -> {
            var all = new LinkedHashMap<>(old.integrations());
            all.put(id, change.apply(all.get(id)));
            return new HttpApiRecord(old.account(), old.region(), old.api(), old.routes(), all);
        }).integrations().get(id);
    }

    private Route changeRoutes(Caller caller, String apiId, String id, UnaryOperator<Route> change) {
        return change(caller, apiId, old -> {
            var all = new LinkedHashMap<>(old.routes());
            var route = change.apply(all.get(id));
            Integrations.check(route);
            if (route.target() != null) {
                if (!route.target().startsWith("integrations/")) {
                    throw new BadRequestException("Invalid target specified: " + route.target());
                }
                integration(old, route.target().substring("integrations/".length()));
            }
            if (all.values().stream()
                    .anyMatch(each -> !each.routeId().equals(id) && each.routeKey().equals(route.routeKey()))) {
                throw new ConflictException("Route with key " + route.routeKey() + " already exists for this API");
            }
            if (all.put(id, route) == null && all.size() > MAX_ROUTES) {
                throw new TooManyRequestsException("Maximum number of Routes has been reached for this API.");
            }
            return new HttpApiRecord(old.account(), old.region(), old.api(), all, old.integrations());
        }).routes().get(id);
    }

    private HttpApiRecord change(Caller caller, String id, UnaryOperator<HttpApiRecord> change) {
        var now = time.instant();
        return store.write((Function<Tx, HttpApiRecord>) tx -> {
            var changed = change.apply(record(tx, caller, id));
            HTTP_APIS.put(tx, Key.of(id), changed);
            HttpStages.deployAutomatically(tx, caller, changed, now);
            return changed;
        });
    }

    static <T> void set(T value, java.util.function.Consumer<T> into) {
        if (value != null) {
            into.accept(value);
        }
    }

    static void refuse(boolean wanted, String what) {
        if (wanted) {
            throw ApiError.notBuilt(what);
        }
    }

    static Integer limit(String maxResults) {
        if (maxResults == null) {
            return null;
        }
        try {
            return Integer.parseInt(maxResults);
        } catch (NumberFormatException e) {
            throw new BadRequestException("MaxResults must be a number");
        }
    }
}
