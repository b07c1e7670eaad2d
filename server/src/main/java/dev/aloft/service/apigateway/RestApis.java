package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayData.REST_APIS;
import static dev.aloft.service.apigateway.ApiGatewayData.REST_APIS_BY_PLACE;
import static dev.aloft.service.apigateway.ApiGatewayData.REST_DEPLOYMENTS;
import static dev.aloft.service.apigateway.ApiGatewayData.REST_STAGES;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway.*;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.apigateway.ApiGatewayData.RestApiRecord;
import dev.aloft.service.apigateway.serve.MockAnswer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** REST APIs with their resources, methods and integrations. */
final class RestApis {
    private static final Set<String> METHODS =
            Set.of("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY");
    private static final int MAX_RESOURCES = 300;

    private final Store store;
    private final Time time;

    RestApis(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    RestApi create(Caller caller, CreateRestApiRequest input) {
        refuse(input.cloneFrom() != null, "CreateRestApi's cloneFrom");
        refuse(input.minimumCompressionSize() != null, "A REST API's minimumCompressionSize");
        refuse(input.policy() != null && !input.policy().isEmpty(), "A REST API's resource policy");
        refuse("AUTHORIZER".equals(input.apiKeySource()), "A REST API's apiKeySource AUTHORIZER");
        if (input.name() == null || input.name().isBlank()) {
            throw new BadRequestException("Name cannot be empty");
        }
        if ("".equals(input.description())) {
            throw new BadRequestException("Description cannot be an empty string");
        }
        var api = fresh(caller, input.name())
                .description(input.description())
                .version(input.version())
                .binaryMediaTypes(emptyIsNone(input.binaryMediaTypes()))
                .endpointConfiguration(endpoint(input.endpointConfiguration()))
                .tags(input.tags() == null ? Map.of() : input.tags())
                .disableExecuteApiEndpoint(Boolean.TRUE.equals(input.disableExecuteApiEndpoint()))
                .build();
        return store.write(tx -> keepNew(tx, caller, api, root(api)));
    }

    RestApi importApi(Caller caller, ImportRestApiRequest input) {
        var definition = OpenApi.read(input.body().array(), caller);
        var api = described(fresh(caller, definition.title()), definition)
                .endpointConfiguration(endpoint(input.parameters()))
                .tags(definition.tags())
                .disableExecuteApiEndpoint(false)
                .build();
        var resources = merged(caller, root(api), definition, true);
        return store.write(tx -> keepNew(tx, caller, api, resources));
    }

    RestApi put(Caller caller, PutRestApiRequest input) {
        var definition = OpenApi.read(input.body().array(), caller);
        boolean overwrite = "overwrite".equals(input.mode());
        return change(caller, input.restApiId(), old -> {
            var api = described(old.api().toBuilder(), definition);
            if (overwrite && !definition.title().isEmpty()) {
                api.name(definition.title());
            }
            var start = overwrite ? root(old.api()) : old.resources();
            return new RestApiRecord(old.account(), old.region(), api.build(),
                    merged(caller, start, definition, overwrite));
        }).api();
    }

    private RestApi.Builder fresh(Caller caller, String name) {
        return RestApi.of(b -> b.id(Ids.api(caller))
                        .name(name)
                        .createdDate(time.instant())
                        .apiKeySource("HEADER")
                        .rootResourceId(Ids.part(caller, "/")))
                .toBuilder();
    }

    private static RestApi.Builder described(RestApi.Builder api, OpenApi definition) {
        return api.description(definition.description()).version(definition.version())
                .binaryMediaTypes(definition.binaryMediaTypes());
    }

    private static Map<String, Resource> root(RestApi api) {
        return Map.of(api.rootResourceId(), Resource.of(r -> r.id(api.rootResourceId()).path("/")));
    }

    private static RestApi keepNew(Tx tx, Caller caller, RestApi api, Map<String, Resource> resources) {
        var known = REST_APIS.get(tx, Key.of(api.id()));
        if (known.isPresent()) {
            return known.get().api();
        }
        REST_APIS.put(tx, Key.of(api.id()), new RestApiRecord(caller.account(), caller.region(), api, resources));
        return api;
    }

    RestApi get(Caller caller, String id) {
        return store.read(tx -> record(tx, caller, id)).api();
    }

    GetRestApisResponse list(Caller caller, GetRestApisRequest input) {
        var all = store.read(tx -> REST_APIS_BY_PLACE.range(tx, Key.of(caller.account(), caller.region()))
                .map(row -> row.value().api()).toList());
        var page = Paging.page(all, RestApi::id, input.position(), input.limit());
        return GetRestApisResponse.of(r -> r.items(page.items()).position(page.next()));
    }

    RestApi update(Caller caller, UpdateRestApiRequest input) {
        return change(caller, input.restApiId(), old -> {
            var api = old.api().toBuilder();
            for (var patch : Patches.checked(input.patchOperations())) {
                switch (patch.path()) {
                    case "/name" -> api.name(patch.value());
                    case "/description" -> api.description(patch.value());
                    case "/disableExecuteApiEndpoint" ->
                        api.disableExecuteApiEndpoint(Boolean.parseBoolean(patch.value()));
                    case String path when path.startsWith("/binaryMediaTypes/") ->
                        api.binaryMediaTypes(Patches.inList(api.build().binaryMediaTypes(), patch, path.substring(18)));
                    case String path when path.equals("/binaryMediaTypes") ->
                        throw new BadRequestException("Invalid patch path " + path);
                    case String path -> throw ApiError.notBuilt("UpdateRestApi of " + path);
                }
            }
            return new RestApiRecord(old.account(), old.region(), api.build(), old.resources());
        }).api();
    }

    DeleteRestApiResponse delete(Caller caller, String id) {
        store.change(tx -> {
            record(tx, caller, id);
            REST_APIS.delete(tx, Key.of(id));
            REST_STAGES.range(tx, Key.of(id)).map(row -> row.key()).toList()
                    .forEach(key -> REST_STAGES.delete(tx, key));
            REST_DEPLOYMENTS.range(tx, Key.of(id)).map(row -> row.key()).toList()
                    .forEach(key -> REST_DEPLOYMENTS.delete(tx, key));
        });
        return new DeleteRestApiResponse();
    }

    Resource createResource(Caller caller, CreateResourceRequest input) {
        if (!input.pathPart().matches("[a-zA-Z0-9._~:@!$&'()*+,;=-]+|\\{[a-zA-Z0-9._:-]+\\+?}")) {
            throw new BadRequestException("Resource's path part only allow a-zA-Z0-9._-: or a valid "
                    + "greedy path variable and curly braces at the beginning and the end.");
        }
        var id = Ids.part(caller, "resource");
        return change(caller, input.restApiId(), old -> {
            if (old.resources().containsKey(id)) {
                return old;
            }
            return with(old, child(old.resources(), resource(old, input.parentId()), input.pathPart(), id));
        }).resources().get(id);
    }

    private static Resource child(Map<String, Resource> resources, Resource parent, String pathPart, String id) {
        if (parent.path().endsWith("+}")) {
            throw new BadRequestException("Cannot create a child of a resource with a greedy path variable: "
                    + parent.pathPart());
        }
        for (var sibling : resources.values()) {
            if (parent.id().equals(sibling.parentId())) {
                if (sibling.pathPart().equals(pathPart)) {
                    throw new ConflictException("Another resource with the same parent already has this name: "
                            + pathPart);
                }
                if (pathPart.startsWith("{") && sibling.pathPart().startsWith("{")) {
                    throw new BadRequestException("A sibling (" + sibling.pathPart()
                            + ") of this resource already has a variable path part -- only one is allowed");
                }
            }
        }
        if (resources.size() >= MAX_RESOURCES) {
            throw new LimitExceededException("Maximum number of resources for this API has been reached. "
                    + "Please contact AWS if you need additional resources.");
        }
        var path = parent.path().equals("/") ? "/" + pathPart : parent.path() + "/" + pathPart;
        return Resource.of(r -> r.id(id).parentId(parent.id()).pathPart(pathPart).path(path));
    }

    Resource getResource(Caller caller, String apiId, String id) {
        return resource(store.read(tx -> record(tx, caller, apiId)), id);
    }

    GetResourcesResponse listResources(Caller caller, GetResourcesRequest input) {
        var all = store.read(tx -> record(tx, caller, input.restApiId())).resources().values().stream()
                .sorted(Comparator.comparing(Resource::id))
                .toList();
        var page = Paging.page(all, Resource::id, input.position(), input.limit());
        boolean full = input.embed() != null && input.embed().contains("methods");
        var items = full ? page.items() : page.items().stream().map(RestApis::withMethodNames).toList();
        return GetResourcesResponse.of(r -> r.items(items).position(page.next()));
    }

    /** Unless asked to embed them, a list of resources names the methods only. */
    private static Resource withMethodNames(Resource resource) {
        if (resource.resourceMethods() == null) {
            return resource;
        }
        var names = new LinkedHashMap<String, Method>();
        resource.resourceMethods().keySet().forEach(name -> names.put(name, Method.of(m -> {})));
        return resource.toBuilder().resourceMethods(names).build();
    }

    DeleteResourceResponse deleteResource(Caller caller, String apiId, String id) {
        change(caller, apiId, old -> {
            var gone = resource(old, id);
            if (gone.parentId() == null) {
                throw new BadRequestException("Cannot remove a root resource.");
            }
            var left = new LinkedHashMap<>(old.resources());
            left.values().removeIf(each -> each.path().equals(gone.path())
                    || each.path().startsWith(gone.path() + "/"));
            return new RestApiRecord(old.account(), old.region(), old.api(), left);
        });
        return new DeleteResourceResponse();
    }

    Method putMethod(Caller caller, PutMethodRequest input) {
        if (!METHODS.contains(input.httpMethod())) {
            throw new BadRequestException(
                    "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY");
        }
        var method = Method.of(m -> m.httpMethod(input.httpMethod())
                .authorizationType(input.authorizationType())
                .authorizerId(input.authorizerId())
                .apiKeyRequired(Boolean.TRUE.equals(input.apiKeyRequired()))
                .requestValidatorId(input.requestValidatorId())
                .operationName(input.operationName())
                .requestParameters(input.requestParameters())
                .requestModels(input.requestModels()));
        Integrations.check(method);
        return changeResource(caller, input.restApiId(), input.resourceId(), resource -> {
            var existing = methods(resource).get(input.httpMethod());
            if (existing != null && existing.methodIntegration() != null) {
                throw new ConflictException("Method already exists for this resource");
            }
            return withMethod(resource, method);
        }).resourceMethods().get(input.httpMethod());
    }

    Method getMethod(Caller caller, String apiId, String resourceId, String name) {
        return method(getResource(caller, apiId, resourceId), name);
    }

    DeleteMethodResponse deleteMethod(Caller caller, DeleteMethodRequest input) {
        changeResource(caller, input.restApiId(), input.resourceId(), resource -> {
            method(resource, input.httpMethod());
            var left = new LinkedHashMap<>(methods(resource));
            left.remove(input.httpMethod());
            return resource.toBuilder().resourceMethods(left.isEmpty() ? null : left).build();
        });
        return new DeleteMethodResponse();
    }

    Integration putIntegration(Caller caller, PutIntegrationRequest input) {
        var integration = Integration.of(i -> i.type(input.type())
                .httpMethod(input.integrationHttpMethod())
                .uri(input.uri())
                .connectionType(input.connectionType())
                .credentials(input.credentials())
                .requestParameters(input.requestParameters())
                .requestTemplates(input.requestTemplates())
                .passthroughBehavior(input.passthroughBehavior() == null ? "WHEN_NO_MATCH"
                        : input.passthroughBehavior())
                .contentHandling(input.contentHandling())
                .timeoutInMillis(input.timeoutInMillis() == null ? 29_000 : input.timeoutInMillis())
                .cacheNamespace(input.cacheNamespace() == null ? input.resourceId() : input.cacheNamespace())
                .cacheKeyParameters(input.cacheKeyParameters() == null ? List.of() : input.cacheKeyParameters()));
        refuse(!integration.cacheKeyParameters().isEmpty(), "An integration's cacheKeyParameters");
        refuse(input.tlsConfig() != null, "An integration's tlsConfig");
        Integrations.check(integration);
        if (integration.type().equals("AWS_PROXY") && integration.httpMethod() == null) {
            throw new BadRequestException("Enumeration value for HttpMethod must be non-empty");
        }
        return changeMethod(caller, input.restApiId(), input.resourceId(), input.httpMethod(),
                method -> method.toBuilder().methodIntegration(integration).build()).methodIntegration();
    }

    Integration getIntegration(Caller caller, String apiId, String resourceId, String method) {
        return integration(getMethod(caller, apiId, resourceId, method));
    }

    DeleteIntegrationResponse deleteIntegration(Caller caller, DeleteIntegrationRequest input) {
        changeMethod(caller, input.restApiId(), input.resourceId(), input.httpMethod(), method -> {
            integration(method);
            return method.toBuilder().methodIntegration(null).build();
        });
        return new DeleteIntegrationResponse();
    }

    MethodResponse putMethodResponse(Caller caller, PutMethodResponseRequest input) {
        var response = MethodResponse.of(r -> r.statusCode(input.statusCode())
                .responseParameters(input.responseParameters())
                .responseModels(input.responseModels()));
        return changeMethod(caller, input.restApiId(), input.resourceId(), input.httpMethod(), method -> {
            var all = new LinkedHashMap<>(method.methodResponses() == null ? Map.of() : method.methodResponses());
            if (all.put(input.statusCode(), response) != null) {
                throw new ConflictException("Response already exists for this resource");
            }
            return method.toBuilder().methodResponses(all).build();
        }).methodResponses().get(input.statusCode());
    }

    MethodResponse getMethodResponse(Caller caller, GetMethodResponseRequest input) {
        var all = getMethod(caller, input.restApiId(), input.resourceId(), input.httpMethod()).methodResponses();
        if (all == null || !all.containsKey(input.statusCode())) {
            throw new NotFoundException("Invalid Response status code specified");
        }
        return all.get(input.statusCode());
    }

    IntegrationResponse putIntegrationResponse(Caller caller, PutIntegrationResponseRequest input) {
        var response = IntegrationResponse.of(r -> r.statusCode(input.statusCode())
                .selectionPattern(input.selectionPattern())
                .responseParameters(input.responseParameters())
                .responseTemplates(input.responseTemplates())
                .contentHandling(input.contentHandling()));
        return changeMethod(caller, input.restApiId(), input.resourceId(), input.httpMethod(), method -> {
            var integration = integration(method);
            if (integration.type().equals("MOCK")) {
                MockAnswer.check(response);
            }
            var all = new LinkedHashMap<>(
                    integration.integrationResponses() == null ? Map.of() : integration.integrationResponses());
            all.put(input.statusCode(), response);
            return method.toBuilder()
                    .methodIntegration(integration.toBuilder().integrationResponses(all).build()).build();
        }).methodIntegration().integrationResponses().get(input.statusCode());
    }

    IntegrationResponse getIntegrationResponse(Caller caller, GetIntegrationResponseRequest input) {
        var all = getIntegration(caller, input.restApiId(), input.resourceId(), input.httpMethod())
                .integrationResponses();
        if (all == null || !all.containsKey(input.statusCode())) {
            throw new NotFoundException("Invalid Response status code specified");
        }
        return all.get(input.statusCode());
    }

    Map<String, String> tags(Caller caller, String id) {
        return get(caller, id).tags();
    }

    void tag(Caller caller, String id, UnaryOperator<Map<String, String>> change) {
        change(caller, id, old -> new RestApiRecord(old.account(), old.region(),
                old.api().toBuilder().tags(change.apply(old.api().tags())).build(), old.resources()));
    }

    /** The API if it is the caller's, or AWS's error. */
    static RestApiRecord record(ReadTx tx, Caller caller, String id) {
        return REST_APIS.get(tx, Key.of(id))
                .filter(api -> api.account().equals(caller.account()) && api.region().equals(caller.region()))
                .orElseThrow(() ->
                        new NotFoundException("Invalid API identifier specified " + caller.account() + ":" + id));
    }

    private RestApiRecord change(Caller caller, String id, UnaryOperator<RestApiRecord> change) {
        return store.write(tx -> {
            var changed = change.apply(record(tx, caller, id));
            REST_APIS.put(tx, Key.of(id), changed);
            return changed;
        });
    }

    private Resource changeResource(Caller caller, String apiId, String id, UnaryOperator<Resource> change) {
        return change(caller, apiId, old -> with(old, change.apply(resource(old, id)))).resources().get(id);
    }

    private Method changeMethod(Caller caller, String apiId, String resourceId, String name,
            UnaryOperator<Method> change) {
        return changeResource(caller, apiId, resourceId,
                resource -> withMethod(resource, change.apply(method(resource, name)))).resourceMethods().get(name);
    }

    private static RestApiRecord with(RestApiRecord old, Resource resource) {
        var resources = new LinkedHashMap<>(old.resources());
        resources.put(resource.id(), resource);
        return new RestApiRecord(old.account(), old.region(), old.api(), resources);
    }

    private static Resource withMethod(Resource resource, Method method) {
        var all = new LinkedHashMap<>(methods(resource));
        all.put(method.httpMethod(), method);
        return resource.toBuilder().resourceMethods(all).build();
    }

    private static Resource resource(RestApiRecord api, String id) {
        var resource = api.resources().get(id);
        if (resource == null) {
            throw new NotFoundException("Invalid Resource identifier specified");
        }
        return resource;
    }

    private static Method method(Resource resource, String name) {
        var method = methods(resource).get(name);
        if (method == null) {
            throw new NotFoundException("Invalid Method identifier specified");
        }
        return method;
    }

    private static Integration integration(Method method) {
        if (method.methodIntegration() == null) {
            throw new NotFoundException("Invalid Integration identifier specified");
        }
        return method.methodIntegration();
    }

    private static Map<String, Method> methods(Resource resource) {
        return resource.resourceMethods() == null ? Map.of() : resource.resourceMethods();
    }

    /**
     * The resources with a definition's paths and methods put in; where it overwrites, methods of the same name are
     * replaced too.
     */
    private static Map<String, Resource> merged(Caller caller, Map<String, Resource> start, OpenApi definition,
            boolean overwrite) {
        var resources = new LinkedHashMap<>(start);
        definition.paths().forEach(path -> resourceAt(caller, resources, path));
        for (var entry : definition.entries()) {
            var resource = resourceAt(caller, resources, entry.path());
            resources.put(resource.id(), withMethod(resource, method(entry, resource.id())));
        }
        return resources;
    }

    private static Resource resourceAt(Caller caller, Map<String, Resource> resources, String path) {
        var found = resources.values().stream().filter(each -> each.path().equals(path)).findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        int slash = path.lastIndexOf('/');
        if (slash < 0) {
            throw new BadRequestException("Invalid OpenAPI input.");
        }
        var parent = resourceAt(caller, resources, slash == 0 ? "/" : path.substring(0, slash));
        if (path.endsWith("/")) {
            return parent;
        }
        var made = child(resources, parent, path.substring(slash + 1), Ids.part(caller, path));
        resources.put(made.id(), made);
        return made;
    }

    private static Method method(OpenApi.Entry entry, String resourceId) {
        var given = entry.integration();
        var integration = given.isEmpty() ? null
                : Integration.of(i -> i.type(given.getOrDefault("type", "").toString().toUpperCase(Locale.ROOT))
                .httpMethod((String) given.get("httpMethod"))
                .uri((String) given.get("uri"))
                .connectionType((String) given.get("connectionType"))
                .credentials((String) given.get("credentials"))
                .requestParameters(OpenApi.texts(given.get("requestParameters")))
                .requestTemplates(OpenApi.texts(given.get("requestTemplates")))
                .passthroughBehavior(((String) given.getOrDefault("passthroughBehavior", "when_no_match"))
                        .toUpperCase(Locale.ROOT))
                .contentHandling((String) given.get("contentHandling"))
                .timeoutInMillis(given.get("timeoutInMillis") instanceof Number n ? n.intValue() : 29_000)
                .cacheNamespace(resourceId)
                .cacheKeyParameters(List.of())
                .integrationResponses(integrationResponses(given)));
        if (integration != null) {
            Integrations.check(integration);
        }
        return Method.of(m -> m.httpMethod(entry.method())
                .authorizationType("NONE")
                .apiKeyRequired(false)
                .operationName((String) entry.definition().get("operationId"))
                .methodIntegration(integration));
    }

    private static Map<String, IntegrationResponse> integrationResponses(Map<String, Object> integration) {
        var all = new LinkedHashMap<String, IntegrationResponse>();
        OpenApi.map(integration.get("responses")).forEach((pattern, value) -> {
            var response = OpenApi.map(value);
            var status = String.valueOf(response.getOrDefault("statusCode", "200"));
            all.put(status, IntegrationResponse.of(r -> r.statusCode(status)
                    .selectionPattern(pattern.equals("default") ? null : pattern)
                    .responseParameters(OpenApi.texts(response.get("responseParameters")))
                    .responseTemplates(OpenApi.texts(response.get("responseTemplates")))));
        });
        return all.isEmpty() ? null : all;
    }

    private static EndpointConfiguration endpoint(Map<String, String> importParameters) {
        var type = importParameters == null ? null : importParameters.get("endpointConfigurationTypes");
        return endpoint(type == null ? null : EndpointConfiguration.of(e -> e.types(List.of(type))));
    }

    private static EndpointConfiguration endpoint(EndpointConfiguration given) {
        if (given == null || given.types() == null || given.types().isEmpty()) {
            return EndpointConfiguration.of(e -> e.types(List.of("EDGE")));
        }
        if (given.types().size() > 1) {
            throw new BadRequestException("Cannot create an api with multiple Endpoint Types.");
        }
        refuse(given.types().contains("PRIVATE"), "A private REST API");
        return given;
    }

    private static List<String> emptyIsNone(List<String> list) {
        return list == null || list.isEmpty() ? null : new ArrayList<>(list);
    }

    static void refuse(boolean wanted, String what) {
        if (wanted) {
            throw ApiError.notBuilt(what);
        }
    }
}
