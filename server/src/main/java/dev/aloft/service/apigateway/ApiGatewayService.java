package dev.aloft.service.apigateway;

import dev.aloft.api.ApiGateway;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.apigateway.serve.Gateway;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** API Gateway's REST APIs: the table of contents. It also offers the gateway that serves APIs of both kinds. */
public final class ApiGatewayService implements ApiGateway, Service {
    private final RestApis apis;
    private final RestStages stages;
    private final Store store;
    private final Endpoint endpoint;
    private final DataPlane gateway;

    public ApiGatewayService(Store platform, Time time, Endpoint endpoint, Roles roles) {
        this.store = platform.in("apigateway");
        this.endpoint = endpoint;
        this.apis = new RestApis(store, time);
        this.stages = new RestStages(store, time);
        this.gateway = new Gateway(new Deployed(store), endpoint, roles, time);
    }

    @Override
    public RestApi createRestApi(Caller caller, CreateRestApiRequest input) {
        return apis.create(caller, input);
    }

    @Override
    public RestApi getRestApi(Caller caller, GetRestApiRequest input) {
        return apis.get(caller, input.restApiId());
    }

    @Override
    public GetRestApisResponse getRestApis(Caller caller, GetRestApisRequest input) {
        return apis.list(caller, input);
    }

    @Override
    public RestApi updateRestApi(Caller caller, UpdateRestApiRequest input) {
        return apis.update(caller, input);
    }

    @Override
    public DeleteRestApiResponse deleteRestApi(Caller caller, DeleteRestApiRequest input) {
        return apis.delete(caller, input.restApiId());
    }

    @Override
    public RestApi importRestApi(Caller caller, ImportRestApiRequest input) {
        return apis.importApi(caller, input);
    }

    @Override
    public RestApi putRestApi(Caller caller, PutRestApiRequest input) {
        return apis.put(caller, input);
    }

    @Override
    public GetResourcesResponse getResources(Caller caller, GetResourcesRequest input) {
        return apis.listResources(caller, input);
    }

    @Override
    public Resource getResource(Caller caller, GetResourceRequest input) {
        return apis.getResource(caller, input.restApiId(), input.resourceId());
    }

    @Override
    public Resource createResource(Caller caller, CreateResourceRequest input) {
        return apis.createResource(caller, input);
    }

    @Override
    public DeleteResourceResponse deleteResource(Caller caller, DeleteResourceRequest input) {
        return apis.deleteResource(caller, input.restApiId(), input.resourceId());
    }

    @Override
    public Method putMethod(Caller caller, PutMethodRequest input) {
        return apis.putMethod(caller, input);
    }

    @Override
    public Method getMethod(Caller caller, GetMethodRequest input) {
        return apis.getMethod(caller, input.restApiId(), input.resourceId(), input.httpMethod());
    }

    @Override
    public DeleteMethodResponse deleteMethod(Caller caller, DeleteMethodRequest input) {
        return apis.deleteMethod(caller, input);
    }

    @Override
    public Integration putIntegration(Caller caller, PutIntegrationRequest input) {
        return apis.putIntegration(caller, input);
    }

    @Override
    public Integration getIntegration(Caller caller, GetIntegrationRequest input) {
        return apis.getIntegration(caller, input.restApiId(), input.resourceId(), input.httpMethod());
    }

    @Override
    public DeleteIntegrationResponse deleteIntegration(Caller caller, DeleteIntegrationRequest input) {
        return apis.deleteIntegration(caller, input);
    }

    @Override
    public MethodResponse putMethodResponse(Caller caller, PutMethodResponseRequest input) {
        return apis.putMethodResponse(caller, input);
    }

    @Override
    public MethodResponse getMethodResponse(Caller caller, GetMethodResponseRequest input) {
        return apis.getMethodResponse(caller, input);
    }

    @Override
    public IntegrationResponse putIntegrationResponse(Caller caller, PutIntegrationResponseRequest input) {
        return apis.putIntegrationResponse(caller, input);
    }

    @Override
    public IntegrationResponse getIntegrationResponse(Caller caller, GetIntegrationResponseRequest input) {
        return apis.getIntegrationResponse(caller, input);
    }

    @Override
    public Deployment createDeployment(Caller caller, CreateDeploymentRequest input) {
        return stages.createDeployment(caller, input);
    }

    @Override
    public Deployment getDeployment(Caller caller, GetDeploymentRequest input) {
        return stages.getDeployment(caller, input);
    }

    @Override
    public GetDeploymentsResponse getDeployments(Caller caller, GetDeploymentsRequest input) {
        return stages.listDeployments(caller, input);
    }

    @Override
    public DeleteDeploymentResponse deleteDeployment(Caller caller, DeleteDeploymentRequest input) {
        return stages.deleteDeployment(caller, input.restApiId(), input.deploymentId());
    }

    @Override
    public Stage createStage(Caller caller, CreateStageRequest input) {
        return stages.createStage(caller, input);
    }

    @Override
    public Stage getStage(Caller caller, GetStageRequest input) {
        return stages.getStage(caller, input.restApiId(), input.stageName());
    }

    @Override
    public GetStagesResponse getStages(Caller caller, GetStagesRequest input) {
        return stages.listStages(caller, input);
    }

    @Override
    public Stage updateStage(Caller caller, UpdateStageRequest input) {
        return stages.updateStage(caller, input);
    }

    @Override
    public DeleteStageResponse deleteStage(Caller caller, DeleteStageRequest input) {
        return stages.deleteStage(caller, input.restApiId(), input.stageName());
    }

    @Override
    public GetTagsResponse getTags(Caller caller, GetTagsRequest input) {
        var tags = apis.tags(caller, taggedApi(input.resourceArn()));
        return GetTagsResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        apis.tag(caller, taggedApi(input.resourceArn()), old -> {
            var tags = new LinkedHashMap<>(old == null ? Map.of() : old);
            tags.putAll(input.tags());
            return tags;
        });
        return new TagResourceResponse();
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        apis.tag(caller, taggedApi(input.resourceArn()), old -> {
            var tags = new LinkedHashMap<>(old == null ? Map.of() : old);
            input.tagKeys().forEach(tags::remove);
            return tags;
        });
        return new UntagResourceResponse();
    }

    /** Of what can carry tags, REST APIs are built: {@code arn:aws:apigateway:REGION::/restapis/ID}. */
    private static String taggedApi(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("/restapis/")) {
            throw new BadRequestException("Invalid ARN specified in the request");
        }
        var id = Arn.parse(arn).resource().substring("/restapis/".length());
        RestApis.refuse(id.contains("/"), "Tags of an API's stage");
        return id;
    }

    @Override
    public Account getAccount(Caller caller, GetAccountRequest input) {
        return store.read(tx -> ApiGatewayData.ACCOUNTS.get(tx, Key.of(caller.account(), caller.region())))
                .orElseGet(() -> account(null));
    }

    @Override
    public Account updateAccount(Caller caller, UpdateAccountRequest input) {
        var account = getAccount(caller, null).toBuilder();
        for (var patch : Patches.checked(input.patchOperations())) {
            if (!patch.path().equals("/cloudwatchRoleArn")) {
                throw new BadRequestException("Invalid patch path " + patch.path());
            }
            account.cloudwatchRoleArn(patch.op().equals("remove") || "".equals(patch.value()) ? null : patch.value());
        }
        var changed = account.build();
        store.change(tx -> ApiGatewayData.ACCOUNTS.put(tx, Key.of(caller.account(), caller.region()), changed));
        return changed;
    }

    private static Account account(String role) {
        return Account.of(a -> a.cloudwatchRoleArn(role)
                .throttleSettings(ThrottleSettings.of(t -> t.burstLimit(5000).rateLimit(10000.0)))
                .features(List.of("UsagePlans"))
                .apiKeyVersion("4"));
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateRestApiRequest _ -> to(caller, "POST", "/restapis");
            case ImportRestApiRequest _ -> to(caller, "POST", "/restapis");
            case GetRestApisRequest _ -> to(caller, "GET", "/restapis");
            case GetRestApiRequest r -> to(caller, "GET", api(r.restApiId()));
            case UpdateRestApiRequest r -> to(caller, "PATCH", api(r.restApiId()));
            case PutRestApiRequest r -> to(caller, "PUT", api(r.restApiId()));
            case DeleteRestApiRequest r -> to(caller, "DELETE", api(r.restApiId()));
            case GetResourcesRequest r -> to(caller, "GET", api(r.restApiId()) + "/resources");
            case GetResourceRequest r -> to(caller, "GET", resource(r.restApiId(), r.resourceId()));
            case CreateResourceRequest r -> to(caller, "POST", resource(r.restApiId(), r.parentId()));
            case DeleteResourceRequest r -> to(caller, "DELETE", resource(r.restApiId(), r.resourceId()));
            case PutMethodRequest r -> to(caller, "PUT", method(r.restApiId(), r.resourceId(), r.httpMethod()));
            case GetMethodRequest r -> to(caller, "GET", method(r.restApiId(), r.resourceId(), r.httpMethod()));
            case DeleteMethodRequest r -> to(caller, "DELETE", method(r.restApiId(), r.resourceId(), r.httpMethod()));
            case PutIntegrationRequest r ->
                to(caller, "PUT", method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/integration");
            case GetIntegrationRequest r ->
                to(caller, "GET", method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/integration");
            case DeleteIntegrationRequest r ->
                to(caller, "DELETE", method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/integration");
            case PutMethodResponseRequest r ->
                to(caller, "PUT",
                        method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/responses/" + r.statusCode());
            case GetMethodResponseRequest r ->
                to(caller, "GET",
                        method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/responses/" + r.statusCode());
            case PutIntegrationResponseRequest r ->
                to(caller, "PUT", method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/integration/responses/"
                        + r.statusCode());
            case GetIntegrationResponseRequest r ->
                to(caller, "GET", method(r.restApiId(), r.resourceId(), r.httpMethod()) + "/integration/responses/"
                        + r.statusCode());
            case CreateDeploymentRequest r -> to(caller, "POST", api(r.restApiId()) + "/deployments");
            case GetDeploymentsRequest r -> to(caller, "GET", api(r.restApiId()) + "/deployments");
            case GetDeploymentRequest r -> to(caller, "GET", api(r.restApiId()) + "/deployments/" + r.deploymentId());
            case DeleteDeploymentRequest r ->
                to(caller, "DELETE", api(r.restApiId()) + "/deployments/" + r.deploymentId());
            case CreateStageRequest r -> to(caller, "POST", api(r.restApiId()) + "/stages");
            case GetStagesRequest r -> to(caller, "GET", api(r.restApiId()) + "/stages");
            case GetStageRequest r -> to(caller, "GET", stage(r.restApiId(), r.stageName()));
            case UpdateStageRequest r -> to(caller, "PATCH", stage(r.restApiId(), r.stageName()));
            case DeleteStageRequest r -> to(caller, "DELETE", stage(r.restApiId(), r.stageName()));
            case GetTagsRequest r -> to(caller, "GET", "/tags/" + r.resourceArn());
            case TagResourceRequest r -> to(caller, "PUT", "/tags/" + r.resourceArn());
            case UntagResourceRequest r -> to(caller, "DELETE", "/tags/" + r.resourceArn());
            case GetAccountRequest _ -> to(caller, "GET", "/account");
            case UpdateAccountRequest _ -> to(caller, "PATCH", "/account");
        };
    }

    private static Access to(Caller caller, String verb, String path) {
        return Access.to("apigateway:" + verb, "arn:aws:apigateway:" + caller.region() + "::" + path);
    }

    private static String api(String id) {
        return "/restapis/" + id;
    }

    private static String resource(String apiId, String id) {
        return api(apiId) + "/resources/" + id;
    }

    private static String method(String apiId, String resourceId, String name) {
        return resource(apiId, resourceId) + "/methods/" + name;
    }

    private static String stage(String apiId, String name) {
        return api(apiId) + "/stages/" + name;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return ApiGatewayResources.all(ApiGateway.at(endpoint));
    }

    @Override
    public List<DataPlane> dataPlanes() {
        return List.of(gateway);
    }
}
