package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.Properties.gone;
import static dev.aloft.service.apigateway.Properties.input;
import static dev.aloft.service.apigateway.Properties.steady;
import static dev.aloft.service.apigateway.Properties.tags;
import static dev.aloft.service.apigateway.Properties.text;

import dev.aloft.api.ApiGateway;
import dev.aloft.api.ApiGateway.*;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** REST APIs in templates: {@code AWS::ApiGateway::…}. */
final class ApiGatewayResources {
    private ApiGatewayResources() {}

    static List<ResourceType> all(ApiGateway api) {
        return List.of(
                new RestApiType(api), new ResourceOfApi(api), new MethodType(api), new DeploymentType(api),
                new StageType(api), new AccountType(api));
    }

    private static PatchOperation replace(String path, Object value) {
        return PatchOperation.of(p -> p.op("replace").path(path).value(value == null ? "" : value.toString()));
    }

    private record RestApiType(ApiGateway api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGateway::RestApi";
        }

        @Override
        public Set<String> properties() {
            return Set.of("Name", "Description", "Body", "BodyS3Location", "BinaryMediaTypes", "EndpointConfiguration",
                    "DisableExecuteApiEndpoint", "Parameters", "FailOnWarnings", "Mode", "Tags", "ApiKeySourceType",
                    "Policy", "MinimumCompressionSize", "CloneFrom");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            RestApis.refuse(desired.properties().containsKey("BodyS3Location"),
                    "AWS::ApiGateway::RestApi's BodyS3Location");
            var as = steady(caller, desired);
            if (!desired.properties().containsKey("Body")) {
                return resource(api
                        .createRestApi(as, input(ApiGateway.CREATE_REST_API, CreateRestApiRequest.class, plain(desired),
                        more("tags", tags(desired), "apiKeySource", desired.properties().get("ApiKeySourceType")))));
            }
            var made = api.importRestApi(as,
                    ImportRestApiRequest.of(r -> r.body(body(desired)).parameters(parameters(desired))));
            return ResourceType.complete(made.id(), () -> resource(adjust(caller, made, desired)));
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            RestApis.refuse(after.properties().containsKey("BodyS3Location"),
                    "AWS::ApiGateway::RestApi's BodyS3Location");
            RestApi current;
            if (after.properties().containsKey("Body")) {
                current = api.putRestApi(steady(caller, after), PutRestApiRequest.of(r -> r.restApiId(physicalId)
                        .mode("merge".equals(text(after, "Mode")) ? "merge" : "overwrite")
                        .body(body(after))
                        .parameters(parameters(after))));
            } else {
                current = api.getRestApi(caller, GetRestApiRequest.of(r -> r.restApiId(physicalId)));
            }
            return resource(adjust(caller, current, after));
        }

        /** Brings in line what a definition does not say or the template says beside it. */
        private RestApi adjust(Caller caller, RestApi current, Desired desired) {
            // The Serverless Framework writes an empty one.
            RestApis.refuse(!"".equals(desired.properties().getOrDefault("Policy", "")),
                    "A REST API's resource policy");
            RestApis.refuse(desired.properties().containsKey("MinimumCompressionSize"),
                    "A REST API's minimumCompressionSize");
            RestApis.refuse(desired.properties().containsKey("CloneFrom"), "A REST API's CloneFrom");
            RestApis.refuse("AUTHORIZER".equals(text(desired, "ApiKeySourceType")),
                    "A REST API's ApiKeySourceType AUTHORIZER");
            var patches = new ArrayList<PatchOperation>();
            patch(patches, "/name", current.name(), text(desired, "Name"));
            patch(patches, "/description", current.description(), text(desired, "Description"));
            patch(patches, "/disableExecuteApiEndpoint", String.valueOf(current.disableExecuteApiEndpoint()),
                    text(desired, "DisableExecuteApiEndpoint"));
            var types = current.binaryMediaTypes() == null ? List.<String>of() : current.binaryMediaTypes();
            for (var wanted : OpenApi.list(desired.properties().get("BinaryMediaTypes"))) {
                var type = wanted.toString().replace("~1", "/");
                if (!types.contains(type)) {
                    patches.add(PatchOperation.of(p -> p.op("add")
                            .path("/binaryMediaTypes/" + type.replace("/", "~1"))));
                }
            }
            if (!tags(desired).equals(current.tags())) {
                api.tagResource(caller,
                        TagResourceRequest.of(r ->
                                r.resourceArn("arn:aws:apigateway:" + caller.region() + "::/restapis/" + current.id())
                        .tags(tags(desired))));
            }
            return patches.isEmpty() ? current
                    : api.updateRestApi(caller,
                            UpdateRestApiRequest.of(r -> r.restApiId(current.id()).patchOperations(patches)));
        }

        private static void patch(List<PatchOperation> patches, String path, String now, String wanted) {
            if (wanted != null && !wanted.equals(now)) {
                patches.add(replace(path, wanted));
            }
        }

        private static Map<String, Object> plain(Desired desired) {
            var plain = new LinkedHashMap<>(desired.properties());
            List.of("Tags", "Parameters", "FailOnWarnings", "Mode", "ApiKeySourceType").forEach(plain::remove);
            return plain;
        }

        private static Bytes body(Desired desired) {
            return Bytes.of(JsonWriter.bytes(desired.properties().get("Body")));
        }

        private static Map<String, String> parameters(Desired desired) {
            var parameters = new LinkedHashMap<String, String>();
            OpenApi.map(desired.properties().get("Parameters"))
                    .forEach((name, value) -> parameters.put(name, String.valueOf(value)));
            var types = OpenApi.list(OpenApi.map(desired.properties().get("EndpointConfiguration")).get("Types"));
            if (!types.isEmpty()) {
                parameters.put("endpointConfigurationTypes", types.getFirst().toString());
            }
            return parameters;
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteRestApi(caller, DeleteRestApiRequest.of(r -> r.restApiId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                return Optional.of(
                        resource(api.getRestApi(caller, GetRestApiRequest.of(r -> r.restApiId(physicalId)))));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        }

        private static Resource resource(RestApi api) {
            return new Resource(api.id(), Map.of("RootResourceId", api.rootResourceId(), "RestApiId", api.id()));
        }
    }

    private record ResourceOfApi(ApiGateway api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGateway::Resource";
        }

        @Override
        public Set<String> properties() {
            return Set.of("RestApiId", "ParentId", "PathPart");
        }

        @Override
        public Set<String> required() {
            return properties();
        }

        @Override
        public Set<String> replacedBy() {
            return properties();
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var made = api.createResource(steady(caller, desired),
                    input(ApiGateway.CREATE_RESOURCE, CreateResourceRequest.class, desired.properties(), Map.of()));
            return new Resource(made.id(), Map.of("ResourceId", made.id()));
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return new Resource(physicalId, Map.of("ResourceId", physicalId));
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteResource(caller,
                    DeleteResourceRequest.of(r -> r.restApiId(text(last, "RestApiId")).resourceId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of("ResourceId", physicalId)));
        }
    }

    private record MethodType(ApiGateway api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGateway::Method";
        }

        @Override
        public Set<String> properties() {
            return Set.of("RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "AuthorizerId",
                    "ApiKeyRequired", "OperationName", "RequestParameters", "RequestModels", "RequestValidatorId",
                    "AuthorizationScopes", "Integration", "MethodResponses");
        }

        @Override
        public Set<String> required() {
            return Set.of("RestApiId", "ResourceId", "HttpMethod");
        }

        @Override
        public Set<String> replacedBy() {
            return required();
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            return put(caller, desired);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return put(caller, after);
        }

        private Resource put(Caller caller, Desired desired) {
            // A method is put as a whole; doing it again must not meet what the first time left.
            delete(caller, "", desired);
            var place = more("restApiId", text(desired, "RestApiId"), "resourceId", text(desired, "ResourceId"),
                    "httpMethod", text(desired, "HttpMethod"));
            var method = new LinkedHashMap<>(desired.properties());
            method.remove("Integration");
            method.remove("MethodResponses");
            method.putIfAbsent("AuthorizationType", "NONE");
            api.putMethod(caller, input(ApiGateway.PUT_METHOD, PutMethodRequest.class, method, Map.of()));
            for (var response : OpenApi.list(desired.properties().get("MethodResponses"))) {
                api.putMethodResponse(caller,
                        input(ApiGateway.PUT_METHOD_RESPONSE, PutMethodResponseRequest.class, OpenApi.map(response),
                                place));
            }
            integration(caller, OpenApi.map(desired.properties().get("Integration")), place);
            return new Resource(text(desired, "RestApiId") + "|" + text(desired, "ResourceId") + "|" + text(desired,
                    "HttpMethod"), Map.of());
        }

        private void integration(Caller caller, Map<String, Object> given, Map<String, Object> place) {
            if (given.isEmpty()) {
                return;
            }
            var integration = new LinkedHashMap<>(given);
            var responses = OpenApi.list(integration.remove("IntegrationResponses"));
            var own = integration.remove("IntegrationHttpMethod");
            var all = new LinkedHashMap<>(place);
            all.put("integrationHttpMethod", own);
            api.putIntegration(caller,
                    input(ApiGateway.PUT_INTEGRATION, PutIntegrationRequest.class, integration, all));
            for (var response : responses) {
                api.putIntegrationResponse(caller,
                        input(ApiGateway.PUT_INTEGRATION_RESPONSE, PutIntegrationResponseRequest.class,
                                OpenApi.map(response), place));
            }
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteMethod(caller, DeleteMethodRequest.of(r -> r.restApiId(text(last, "RestApiId"))
                    .resourceId(text(last, "ResourceId"))
                    .httpMethod(text(last, "HttpMethod")))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }

    private record DeploymentType(ApiGateway api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGateway::Deployment";
        }

        @Override
        public Set<String> properties() {
            return Set.of("RestApiId", "StageName", "Description", "StageDescription", "DeploymentCanarySettings");
        }

        @Override
        public Set<String> required() {
            return Set.of("RestApiId");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("RestApiId", "DeploymentCanarySettings");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var stage = new LinkedHashMap<>(OpenApi.map(desired.properties().get("StageDescription")));
            var properties = new LinkedHashMap<>(desired.properties());
            properties.remove("StageDescription");
            if (stage.containsKey("Description")) {
                stage.put("StageDescription", stage.remove("Description"));
            }
            RestApis.refuse(stage.containsKey("MethodSettings"), "A stage's MethodSettings");
            properties.putAll(stage);
            var made = api.createDeployment(steady(caller, desired),
                    input(ApiGateway.CREATE_DEPLOYMENT, CreateDeploymentRequest.class, properties, Map.of()));
            return resource(made.id());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return resource(physicalId);
        }

        /** The stage that a deployment made goes with it. */
        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            var apiId = text(last, "RestApiId");
            var stageName = text(last, "StageName");
            if (stageName != null) {
                gone(() -> {
                    var stage = api.getStage(caller, GetStageRequest.of(r -> r.restApiId(apiId).stageName(stageName)));
                    if (Objects.equals(stage.deploymentId(), physicalId)) {
                        api.deleteStage(caller, DeleteStageRequest.of(r -> r.restApiId(apiId).stageName(stageName)));
                    }
                });
            }
            gone(() -> api.deleteDeployment(caller,
                    DeleteDeploymentRequest.of(r -> r.restApiId(apiId).deploymentId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(resource(physicalId));
        }

        private static Resource resource(String id) {
            return new Resource(id, Map.of("DeploymentId", id));
        }
    }

    private record StageType(ApiGateway api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGateway::Stage";
        }

        @Override
        public Set<String> properties() {
            return Set.of("RestApiId", "StageName", "DeploymentId", "Description", "Variables", "Tags",
                    "CacheClusterEnabled", "TracingEnabled", "CanarySetting", "DocumentationVersion");
        }

        @Override
        public Set<String> required() {
            return Set.of("RestApiId");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("RestApiId", "StageName");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var properties = new LinkedHashMap<>(desired.properties());
            properties.remove("Tags");
            var wanted = input(ApiGateway.CREATE_STAGE, CreateStageRequest.class, properties,
                    more("stageName", desired.name("StageName", 64), "tags", tags(desired)));
            try {
                api.createStage(caller, wanted);
            } catch (ConflictException e) {
                // Made by this step before, if it serves the same deployment; somebody else's otherwise.
                var stage = api.getStage(caller,
                        GetStageRequest.of(r -> r.restApiId(wanted.restApiId()).stageName(wanted.stageName())));
                if (!Objects.equals(stage.deploymentId(), wanted.deploymentId())) {
                    throw e;
                }
            }
            return new Resource(wanted.stageName(), Map.of());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            RestApis.refuse(Boolean.parseBoolean(text(after, "TracingEnabled")), "A stage's tracing");
            RestApis.refuse(Boolean.parseBoolean(text(after, "CacheClusterEnabled")), "A stage's cache cluster");
            RestApis.refuse(after.properties().containsKey("CanarySetting"), "A stage's canary settings");
            var patches = new ArrayList<PatchOperation>();
            patches.add(replace("/deploymentId", text(after, "DeploymentId")));
            patches.add(replace("/description", text(after, "Description")));
            var old = OpenApi.map(before.properties().get("Variables"));
            var variables = OpenApi.map(after.properties().get("Variables"));
            old.keySet().stream().filter(name -> !variables.containsKey(name))
                    .forEach(name -> patches.add(PatchOperation.of(p -> p.op("remove").path("/variables/" + name))));
            variables.forEach((name, value) -> patches.add(replace("/variables/" + name, value)));
            api.updateStage(caller, UpdateStageRequest.of(
                    r -> r.restApiId(text(after, "RestApiId")).stageName(physicalId).patchOperations(patches)));
            return new Resource(physicalId, Map.of());
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteStage(caller,
                    DeleteStageRequest.of(r -> r.restApiId(text(last, "RestApiId")).stageName(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }

    /** The account's settings, of which there is one in each region: deleting the resource leaves them as they are. */
    private record AccountType(ApiGateway api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGateway::Account";
        }

        @Override
        public Set<String> properties() {
            return Set.of("CloudWatchRoleArn");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            api.updateAccount(caller, UpdateAccountRequest.of(
                    r -> r.patchOperations(
                            List.of(replace("/cloudwatchRoleArn", text(desired, "CloudWatchRoleArn"))))));
            return new Resource(desired.generatedName(64), Map.of());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            create(caller, after);
            return new Resource(physicalId, Map.of());
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {}

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }

    /** A map in which a null says that the property is to be left away. */
    static Map<String, Object> more(Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
