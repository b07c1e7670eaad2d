package dev.aloft.service.apigateway;

import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** API Gateway's HTTP APIs: the table of contents. */
public final class ApiGatewayV2Service implements ApiGatewayV2, Service {
    private final HttpApis apis;
    private final HttpStages stages;
    private final Endpoint endpoint;

    public ApiGatewayV2Service(Store platform, Time time, Endpoint endpoint) {
        var store = platform.in("apigateway");
        this.apis = new HttpApis(store, time);
        this.stages = new HttpStages(store, time);
        this.endpoint = endpoint;
    }

    @Override
    public CreateApiResponse createApi(Caller caller, CreateApiRequest input) {
        return told(apis.create(caller, input), new CreateApiResponse.Builder()).build();
    }

    @Override
    public GetApiResponse getApi(Caller caller, GetApiRequest input) {
        return told(apis.get(caller, input.apiId()), new GetApiResponse.Builder()).build();
    }

    @Override
    public GetApisResponse getApis(Caller caller, GetApisRequest input) {
        return apis.list(caller, input);
    }

    @Override
    public UpdateApiResponse updateApi(Caller caller, UpdateApiRequest input) {
        return told(apis.update(caller, input), new UpdateApiResponse.Builder()).build();
    }

    @Override
    public DeleteApiResponse deleteApi(Caller caller, DeleteApiRequest input) {
        apis.delete(caller, input.apiId());
        return new DeleteApiResponse();
    }

    @Override
    public ImportApiResponse importApi(Caller caller, ImportApiRequest input) {
        return told(apis.importApi(caller, input), new ImportApiResponse.Builder()).build();
    }

    @Override
    public ReimportApiResponse reimportApi(Caller caller, ReimportApiRequest input) {
        return told(apis.reimport(caller, input), new ReimportApiResponse.Builder()).build();
    }

    @Override
    public CreateRouteResponse createRoute(Caller caller, CreateRouteRequest input) {
        return told(apis.createRoute(caller, input), new CreateRouteResponse.Builder()).build();
    }

    @Override
    public GetRouteResponse getRoute(Caller caller, GetRouteRequest input) {
        return told(apis.getRoute(caller, input.apiId(), input.routeId()), new GetRouteResponse.Builder()).build();
    }

    @Override
    public GetRoutesResponse getRoutes(Caller caller, GetRoutesRequest input) {
        var page = Paging.page(apis.routes(caller, input.apiId()), Route::routeId, input.nextToken(),
                HttpApis.limit(input.maxResults()));
        return GetRoutesResponse.of(r -> r.items(page.items()).nextToken(page.next()));
    }

    @Override
    public UpdateRouteResponse updateRoute(Caller caller, UpdateRouteRequest input) {
        return told(apis.updateRoute(caller, input), new UpdateRouteResponse.Builder()).build();
    }

    @Override
    public DeleteRouteResponse deleteRoute(Caller caller, DeleteRouteRequest input) {
        apis.deleteRoute(caller, input.apiId(), input.routeId());
        return new DeleteRouteResponse();
    }

    @Override
    public CreateIntegrationResponse createIntegration(Caller caller, CreateIntegrationRequest input) {
        return told(apis.createIntegration(caller, input), new CreateIntegrationResponse.Builder()).build();
    }

    @Override
    public GetIntegrationResponse getIntegration(Caller caller, GetIntegrationRequest input) {
        return told(apis.getIntegration(caller, input.apiId(), input.integrationId()),
                new GetIntegrationResponse.Builder()).build();
    }

    @Override
    public GetIntegrationsResponse getIntegrations(Caller caller, GetIntegrationsRequest input) {
        var page = Paging.page(apis.integrations(caller, input.apiId()), Integration::integrationId, input.nextToken(),
                HttpApis.limit(input.maxResults()));
        return GetIntegrationsResponse.of(r -> r.items(page.items()).nextToken(page.next()));
    }

    @Override
    public UpdateIntegrationResponse updateIntegration(Caller caller, UpdateIntegrationRequest input) {
        return told(apis.updateIntegration(caller, input), new UpdateIntegrationResponse.Builder()).build();
    }

    @Override
    public DeleteIntegrationResponse deleteIntegration(Caller caller, DeleteIntegrationRequest input) {
        apis.deleteIntegration(caller, input.apiId(), input.integrationId());
        return new DeleteIntegrationResponse();
    }

    @Override
    public CreateStageResponse createStage(Caller caller, CreateStageRequest input) {
        return told(stages.createStage(caller, input), new CreateStageResponse.Builder()).build();
    }

    @Override
    public GetStageResponse getStage(Caller caller, GetStageRequest input) {
        return told(stages.getStage(caller, input.apiId(), input.stageName()), new GetStageResponse.Builder()).build();
    }

    @Override
    public GetStagesResponse getStages(Caller caller, GetStagesRequest input) {
        var page = Paging.page(stages.stages(caller, input.apiId()), Stage::stageName, input.nextToken(),
                HttpApis.limit(input.maxResults()));
        return GetStagesResponse.of(r -> r.items(page.items()).nextToken(page.next()));
    }

    @Override
    public UpdateStageResponse updateStage(Caller caller, UpdateStageRequest input) {
        return told(stages.updateStage(caller, input), new UpdateStageResponse.Builder()).build();
    }

    @Override
    public DeleteStageResponse deleteStage(Caller caller, DeleteStageRequest input) {
        stages.deleteStage(caller, input.apiId(), input.stageName());
        return new DeleteStageResponse();
    }

    @Override
    public CreateDeploymentResponse createDeployment(Caller caller, CreateDeploymentRequest input) {
        return told(stages.createDeployment(caller, input), new CreateDeploymentResponse.Builder()).build();
    }

    @Override
    public GetDeploymentResponse getDeployment(Caller caller, GetDeploymentRequest input) {
        return told(stages.getDeployment(caller, input.apiId(), input.deploymentId()),
                new GetDeploymentResponse.Builder()).build();
    }

    @Override
    public GetDeploymentsResponse getDeployments(Caller caller, GetDeploymentsRequest input) {
        var page = Paging.page(stages.deployments(caller, input.apiId()), Deployment::deploymentId, input.nextToken(),
                HttpApis.limit(input.maxResults()));
        return GetDeploymentsResponse.of(r -> r.items(page.items()).nextToken(page.next()));
    }

    @Override
    public DeleteDeploymentResponse deleteDeployment(Caller caller, DeleteDeploymentRequest input) {
        stages.deleteDeployment(caller, input.apiId(), input.deploymentId());
        return new DeleteDeploymentResponse();
    }

    @Override
    public GetTagsResponse getTags(Caller caller, GetTagsRequest input) {
        var tags = apis.tags(caller, input.resourceArn());
        return GetTagsResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        apis.tag(caller, input.resourceArn(), old -> {
            var tags = new LinkedHashMap<>(old == null ? Map.of() : old);
            tags.putAll(input.tags() == null ? Map.of() : input.tags());
            return tags;
        });
        return new TagResourceResponse();
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        apis.tag(caller, input.resourceArn(), old -> {
            var tags = new LinkedHashMap<>(old == null ? Map.of() : old);
            input.tagKeys().forEach(tags::remove);
            return tags;
        });
        return new UntagResourceResponse();
    }

    /**
     * The model gives every operation an output of its own though they tell the same things: member by member, by name.
     */
    private static <B extends ShapeBuilder> B told(Shape thing, B answer) {
        var names = answer.build().shape();
        for (var member : thing.shape().members()) {
            var same = names.member(member.name());
            if (same != null) {
                answer.set(same.index(), thing.get(member.index()));
            }
        }
        return answer;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateApiRequest _ -> to(caller, "POST", "/apis");
            case ImportApiRequest _ -> to(caller, "PUT", "/apis");
            case GetApisRequest _ -> to(caller, "GET", "/apis");
            case GetApiRequest r -> to(caller, "GET", api(r.apiId()));
            case UpdateApiRequest r -> to(caller, "PATCH", api(r.apiId()));
            case ReimportApiRequest r -> to(caller, "PUT", api(r.apiId()));
            case DeleteApiRequest r -> to(caller, "DELETE", api(r.apiId()));
            case CreateRouteRequest r -> to(caller, "POST", api(r.apiId()) + "/routes");
            case GetRoutesRequest r -> to(caller, "GET", api(r.apiId()) + "/routes");
            case GetRouteRequest r -> to(caller, "GET", api(r.apiId()) + "/routes/" + r.routeId());
            case UpdateRouteRequest r -> to(caller, "PATCH", api(r.apiId()) + "/routes/" + r.routeId());
            case DeleteRouteRequest r -> to(caller, "DELETE", api(r.apiId()) + "/routes/" + r.routeId());
            case CreateIntegrationRequest r -> to(caller, "POST", api(r.apiId()) + "/integrations");
            case GetIntegrationsRequest r -> to(caller, "GET", api(r.apiId()) + "/integrations");
            case GetIntegrationRequest r -> to(caller, "GET", api(r.apiId()) + "/integrations/" + r.integrationId());
            case UpdateIntegrationRequest r ->
                    to(caller, "PATCH", api(r.apiId()) + "/integrations/" + r.integrationId());
            case DeleteIntegrationRequest r ->
                    to(caller, "DELETE", api(r.apiId()) + "/integrations/" + r.integrationId());
            case CreateStageRequest r -> to(caller, "POST", api(r.apiId()) + "/stages");
            case GetStagesRequest r -> to(caller, "GET", api(r.apiId()) + "/stages");
            case GetStageRequest r -> to(caller, "GET", api(r.apiId()) + "/stages/" + r.stageName());
            case UpdateStageRequest r -> to(caller, "PATCH", api(r.apiId()) + "/stages/" + r.stageName());
            case DeleteStageRequest r -> to(caller, "DELETE", api(r.apiId()) + "/stages/" + r.stageName());
            case CreateDeploymentRequest r -> to(caller, "POST", api(r.apiId()) + "/deployments");
            case GetDeploymentsRequest r -> to(caller, "GET", api(r.apiId()) + "/deployments");
            case GetDeploymentRequest r -> to(caller, "GET", api(r.apiId()) + "/deployments/" + r.deploymentId());
            case DeleteDeploymentRequest r -> to(caller, "DELETE", api(r.apiId()) + "/deployments/" + r.deploymentId());
            case GetTagsRequest r -> to(caller, "GET", "/tags/" + r.resourceArn());
            case TagResourceRequest r -> to(caller, "POST", "/tags/" + r.resourceArn());
            case UntagResourceRequest r -> to(caller, "DELETE", "/tags/" + r.resourceArn());
        };
    }

    private static Access to(Caller caller, String verb, String path) {
        return Access.to("apigateway:" + verb, "arn:aws:apigateway:" + caller.region() + "::" + path);
    }

    private static String api(String id) {
        return "/apis/" + id;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return ApiGatewayV2Resources.all(ApiGatewayV2.at(endpoint));
    }
}
