package dev.aloft.service.apigateway;

import dev.aloft.api.ApiGateway;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import java.util.List;
import java.util.Map;

/** What API Gateway keeps. Ids of APIs are unique across accounts and regions, since host names are made of them. */
final class ApiGatewayData {
    /** By API id. */
    static final Table<RestApiRecord> REST_APIS = Table.of("rest apis", Codec.of(RestApiRecord.class));
    /** By account and region. */
    static final Index<RestApiRecord> REST_APIS_BY_PLACE =
            REST_APIS.index("rest apis by place", api -> List.of(Key.of(api.account(), api.region())));
    /** By API id and deployment id; never changed once written. */
    static final Table<RestDeployment> REST_DEPLOYMENTS = Table.of("rest deployments", Codec.of(RestDeployment.class));
    /** By API id and stage name. */
    static final Table<ApiGateway.Stage> REST_STAGES = Table.of("rest stages", Codec.of(ApiGateway.Stage.class));
    /** By account and region. */
    static final Table<ApiGateway.Account> ACCOUNTS = Table.of("accounts", Codec.of(ApiGateway.Account.class));

    /** By API id. */
    static final Table<HttpApiRecord> HTTP_APIS = Table.of("http apis", Codec.of(HttpApiRecord.class));
    /** By account and region. */
    static final Index<HttpApiRecord> HTTP_APIS_BY_PLACE =
            HTTP_APIS.index("http apis by place", api -> List.of(Key.of(api.account(), api.region())));
    /** By API id and deployment id; never changed once written. */
    static final Table<HttpDeployment> HTTP_DEPLOYMENTS = Table.of("http deployments", Codec.of(HttpDeployment.class));
    /** By API id and stage name. */
    static final Table<ApiGatewayV2.Stage> HTTP_STAGES = Table.of("http stages", Codec.of(ApiGatewayV2.Stage.class));

    private ApiGatewayData() {}

    /** A REST API with its resources by id; each resource has its methods, each method its integration. */
    record RestApiRecord(
            String account, String region, ApiGateway.RestApi api, Map<String, ApiGateway.Resource> resources) {}

    record RestDeployment(
            String account,
            String region,
            ApiGateway.Deployment deployment,
            List<String> binaryMediaTypes,
            Map<String, ApiGateway.Resource> resources) {}

    record HttpApiRecord(
            String account,
            String region,
            ApiGatewayV2.Api_ api,
            Map<String, ApiGatewayV2.Route> routes,
            Map<String, ApiGatewayV2.Integration> integrations) {}

    record HttpDeployment(
            String account,
            String region,
            ApiGatewayV2.Deployment deployment,
            ApiGatewayV2.Cors cors,
            Map<String, ApiGatewayV2.Route> routes,
            Map<String, ApiGatewayV2.Integration> integrations) {}
}
