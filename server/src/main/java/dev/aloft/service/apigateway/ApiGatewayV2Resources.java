package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayResources.more;
import static dev.aloft.service.apigateway.Properties.gone;
import static dev.aloft.service.apigateway.Properties.input;
import static dev.aloft.service.apigateway.Properties.steady;
import static dev.aloft.service.apigateway.Properties.tags;
import static dev.aloft.service.apigateway.Properties.text;

import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.ApiGatewayV2.*;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** HTTP APIs in templates: {@code AWS::ApiGatewayV2::…}. */
final class ApiGatewayV2Resources {
    private ApiGatewayV2Resources() {}

    static List<ResourceType> all(ApiGatewayV2 api) {
        return List.of(new ApiType(api), new IntegrationType(api), new RouteType(api), new StageType(api),
                new DeploymentType(api));
    }

    private record ApiType(ApiGatewayV2 api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGatewayV2::Api";
        }

        @Override
        public Set<String> properties() {
            return Set.of("Name", "ProtocolType", "Body", "BodyS3Location", "BasePath", "CorsConfiguration",
                    "CredentialsArn", "Description", "DisableExecuteApiEndpoint", "DisableSchemaValidation",
                    "FailOnWarnings", "RouteKey", "RouteSelectionExpression", "Tags", "Target", "Version");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("ProtocolType");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            RestApis.refuse(desired.properties().containsKey("BodyS3Location"),
                    "AWS::ApiGatewayV2::Api's BodyS3Location");
            var as = steady(caller, desired);
            if (!desired.properties().containsKey("Body")) {
                var made = api.createApi(as,
                        input(ApiGatewayV2.CREATE_API, CreateApiRequest.class, desired.properties(),
                        more("Tags", tags(desired), "FailOnWarnings", null, "BasePath", null)));
                return resource(made.apiId(), made.apiEndpoint());
            }
            var made = api.importApi(as,
                    ImportApiRequest.of(r -> r.body(body(desired)).basepath(text(desired, "BasePath"))));
            return ResourceType.complete(made.apiId(), () -> {
                adjust(caller, made.apiId(), desired);
                return resource(made.apiId(), made.apiEndpoint());
            });
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            RestApis.refuse(after.properties().containsKey("BodyS3Location"),
                    "AWS::ApiGatewayV2::Api's BodyS3Location");
            if (after.properties().containsKey("Body")) {
                api.reimportApi(steady(caller, after),
                        ReimportApiRequest.of(r -> r.apiId(physicalId).body(body(after))
                                .basepath(text(after, "BasePath"))));
            }
            adjust(caller, physicalId, after);
            return read(caller, physicalId).orElseThrow();
        }

        /** Brings in line what a definition does not say or the template says beside it. */
        private void adjust(Caller caller, String id, Desired desired) {
            var kept = new LinkedHashMap<>(desired.properties());
            kept.keySet().retainAll(Set.of("Name", "CorsConfiguration", "Description", "DisableExecuteApiEndpoint",
                    "Version", "Target", "RouteKey"));
            api.updateApi(steady(caller, desired),
                    input(ApiGatewayV2.UPDATE_API, UpdateApiRequest.class, kept, more("ApiId", id)));
            api.tagResource(caller, TagResourceRequest.of(
                    r -> r.resourceArn("arn:aws:apigateway:" + caller.region() + "::/apis/" + id).tags(tags(desired))));
        }

        private static String body(Desired desired) {
            return JsonWriter.string(desired.properties().get("Body"));
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteApi(caller, DeleteApiRequest.of(r -> r.apiId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                var found = api.getApi(caller, GetApiRequest.of(r -> r.apiId(physicalId)));
                return Optional.of(resource(found.apiId(), found.apiEndpoint()));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        }

        private static Resource resource(String id, String endpoint) {
            return new Resource(id, Map.of("ApiId", id, "ApiEndpoint", endpoint));
        }
    }

    private record IntegrationType(ApiGatewayV2 api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGatewayV2::Integration";
        }

        @Override
        public Set<String> properties() {
            return Set.of("ApiId", "ConnectionId", "ConnectionType", "ContentHandlingStrategy", "CredentialsArn",
                    "Description", "IntegrationMethod", "IntegrationSubtype", "IntegrationType", "IntegrationUri",
                    "PassthroughBehavior", "PayloadFormatVersion", "RequestParameters", "RequestTemplates",
                    "ResponseParameters", "TemplateSelectionExpression", "TimeoutInMillis", "TlsConfig");
        }

        @Override
        public Set<String> required() {
            return Set.of("ApiId", "IntegrationType");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("ApiId");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var made = api.createIntegration(steady(caller, desired),
                    input(ApiGatewayV2.CREATE_INTEGRATION, CreateIntegrationRequest.class, desired.properties(),
                            Map.of()));
            return resource(made.integrationId());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            api.updateIntegration(steady(caller, after),
                    input(ApiGatewayV2.UPDATE_INTEGRATION, UpdateIntegrationRequest.class,
                    after.properties(), more("IntegrationId", physicalId)));
            return resource(physicalId);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteIntegration(caller,
                    DeleteIntegrationRequest.of(r -> r.apiId(text(last, "ApiId")).integrationId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(resource(physicalId));
        }

        private static Resource resource(String id) {
            return new Resource(id, Map.of("IntegrationId", id));
        }
    }

    private record RouteType(ApiGatewayV2 api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGatewayV2::Route";
        }

        @Override
        public Set<String> properties() {
            return Set.of("ApiId", "ApiKeyRequired", "AuthorizationScopes", "AuthorizationType", "AuthorizerId",
                    "ModelSelectionExpression", "OperationName", "RequestModels", "RequestParameters", "RouteKey",
                    "RouteResponseSelectionExpression", "Target");
        }

        @Override
        public Set<String> required() {
            return Set.of("ApiId", "RouteKey");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("ApiId");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var made = api.createRoute(steady(caller, desired),
                    input(ApiGatewayV2.CREATE_ROUTE, CreateRouteRequest.class, desired.properties(), Map.of()));
            return resource(made.routeId());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            api.updateRoute(steady(caller, after),
                    input(ApiGatewayV2.UPDATE_ROUTE, UpdateRouteRequest.class, after.properties(),
                            more("RouteId", physicalId)));
            return resource(physicalId);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteRoute(caller,
                    DeleteRouteRequest.of(r -> r.apiId(text(last, "ApiId")).routeId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(resource(physicalId));
        }

        private static Resource resource(String id) {
            return new Resource(id, Map.of("RouteId", id));
        }
    }

    private record StageType(ApiGatewayV2 api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGatewayV2::Stage";
        }

        @Override
        public Set<String> properties() {
            return Set.of("ApiId", "StageName", "AutoDeploy", "DeploymentId", "Description", "StageVariables", "Tags",
                    "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "ClientCertificateId");
        }

        @Override
        public Set<String> required() {
            return Set.of("ApiId", "StageName");
        }

        @Override
        public Set<String> replacedBy() {
            return required();
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var tags = tags(desired);
            try {
                api.createStage(steady(caller, desired),
                        input(ApiGatewayV2.CREATE_STAGE, CreateStageRequest.class, desired.properties(),
                                more("Tags", tags)));
            } catch (ConflictException e) {
                // Made by this step before, if it carries this stack's tag; somebody else's otherwise.
                var stage = api.getStage(caller, GetStageRequest.of(
                        r -> r.apiId(text(desired, "ApiId")).stageName(text(desired, "StageName"))));
                if (!tags.equals(stage.tags())) {
                    throw e;
                }
            }
            return new Resource(text(desired, "StageName"), Map.of());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            api.updateStage(steady(caller, after),
                    input(ApiGatewayV2.UPDATE_STAGE, UpdateStageRequest.class, after.properties(), more("Tags", null)));
            return new Resource(physicalId, Map.of());
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteStage(caller,
                    DeleteStageRequest.of(r -> r.apiId(text(last, "ApiId")).stageName(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }

    private record DeploymentType(ApiGatewayV2 api) implements ResourceType {
        @Override
        public String type() {
            return "AWS::ApiGatewayV2::Deployment";
        }

        @Override
        public Set<String> properties() {
            return Set.of("ApiId", "Description", "StageName");
        }

        @Override
        public Set<String> required() {
            return Set.of("ApiId");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("ApiId");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var made = api.createDeployment(steady(caller, desired),
                    input(ApiGatewayV2.CREATE_DEPLOYMENT, CreateDeploymentRequest.class, desired.properties(),
                            Map.of()));
            return resource(made.deploymentId());
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return resource(physicalId);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> api.deleteDeployment(caller,
                    DeleteDeploymentRequest.of(r -> r.apiId(text(last, "ApiId")).deploymentId(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(resource(physicalId));
        }

        private static Resource resource(String id) {
            return new Resource(id, Map.of("DeploymentId", id));
        }
    }
}
