package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayFixture.FUNCTION;
import static dev.aloft.service.apigateway.ApiGatewayFixture.INVOCATION;
import static dev.aloft.service.apigateway.ApiGatewayFixture.answer;
import static dev.aloft.service.apigateway.ApiGatewayFixture.caller;
import static dev.aloft.service.apigateway.ApiGatewayFixture.errorOf;
import static dev.aloft.service.apigateway.ApiGatewayFixture.map;
import static dev.aloft.service.apigateway.ApiGatewayFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway.*;
import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestApiTest {
    private final ApiGatewayFixture gateway = new ApiGatewayFixture();

    // What is refused.

    @Test
    void anApiThatIsNotThereIsToldWithItsAccount() {
        var error = errorOf(() -> gateway.api.getRestApi(caller(), GetRestApiRequest.of(r -> r.restApiId("api_id"))));
        assertThat(error.code()).isEqualTo("NotFoundException");
        assertThat(error.status()).isEqualTo(404);
        assertThat(error).hasMessage("Invalid API identifier specified 111122223333:api_id");
    }

    @Test
    void siblingsCannotHaveOneName() {
        var api = create();
        resource(api, api.rootResourceId(), "pets");
        assertThat(errorOf(() -> resource(api, api.rootResourceId(), "pets")))
                .hasMessage("Another resource with the same parent already has this name: pets");
    }

    @Test
    void aGreedyVariableHasNoChildrenAndNoVariableSibling() {
        var api = create();
        var proxy = resource(api, api.rootResourceId(), "{proxy+}");
        assertThat(errorOf(() -> resource(api, proxy.id(), "more")))
                .hasMessage("Cannot create a child of a resource with a greedy path variable: {proxy+}");
        assertThat(errorOf(() -> resource(api, api.rootResourceId(), "{id}")))
                .hasMessage("A sibling ({proxy+}) of this resource already has a variable path part -- "
                        + "only one is allowed");
    }

    @Test
    void anAuthorizerThatIsNotBuiltIsRefusedByItsName() {
        var api = create();
        var error = errorOf(() -> gateway.api.putMethod(caller(), PutMethodRequest.of(
                r -> r.restApiId(api.id()).resourceId(api.rootResourceId()).httpMethod("GET")
                .authorizationType("COGNITO_USER_POOLS"))));
        assertThat(error).hasMessageContaining("COGNITO_USER_POOLS").extracting(ApiError::status).isEqualTo(501);
    }

    @Test
    void aDeploymentInUseCannotBeDeleted() {
        var api = petStore();
        var deployment = gateway.api.getDeployments(caller(), GetDeploymentsRequest.of(r -> r.restApiId(api.id())))
                .items().getFirst();
        assertThat(errorOf(() -> gateway.api.deleteDeployment(
                        caller(), DeleteDeploymentRequest.of(r -> r.restApiId(api.id())
                                .deploymentId(deployment.id())))))
                .hasMessage("Active stages pointing to this deployment must be moved or deleted");
    }

    @Test
    void anApiWithoutMethodsCannotBeDeployed() {
        var api = create();
        assertThat(errorOf(() ->
                gateway.api.createDeployment(caller(), CreateDeploymentRequest.of(r -> r.restApiId(api.id())))))
                .hasMessage("The REST API doesn't contain any methods");
    }

    // What is done.

    @Test
    void aRequestReachesItsFunctionAsAnEventOfVersion1() {
        var api = petStore();
        var response = gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/a%20b?color=red&color=blue&empty=",
                "X-Custom", "one", "X-Custom", "two", "User-Agent", "curl/8");

        assertThat(response.status()).isEqualTo(200);
        assertThat(text(response)).isEqualTo("hello");
        var event = gateway.event;
        assertThat(event)
                .containsEntry("resource", "/pets/{id}")
                .containsEntry("path", "/pets/a%20b")
                .containsEntry("httpMethod", "GET")
                .containsEntry("pathParameters", Map.of("id", "a%20b"))
                .containsEntry("queryStringParameters", Map.of("color", "blue", "empty", ""))
                .containsEntry("multiValueQueryStringParameters",
                        Map.of("color", List.of("red", "blue"), "empty", List.of("")))
                .containsEntry("stageVariables", null)
                .containsEntry("body", null)
                .containsEntry("isBase64Encoded", false);
        assertThat(map(event.get("headers"))).containsEntry("X-Custom", "two")
                .containsEntry("X-Forwarded-For", "10.0.0.7")
                .containsEntry("X-Forwarded-Port", "4566").containsEntry("X-Forwarded-Proto", "http")
                .containsKey("X-Amzn-Trace-Id");
        assertThat(map(event.get("multiValueHeaders"))).containsEntry("X-Custom", List.of("one", "two"));
        assertThat(map(event.get("requestContext")))
                .containsEntry("accountId", "111122223333")
                .containsEntry("apiId", api.id())
                .containsEntry("path", "/prod/pets/a%20b")
                .containsEntry("resourcePath", "/pets/{id}")
                .containsEntry("stage", "prod")
                .containsEntry("requestTime", "01/Jan/2026:00:00:00 +0000")
                .containsEntry("requestTimeEpoch", 1767225600000L)
                .containsEntry("domainName", api.id() + ".execute-api.localhost")
                .containsEntry("domainPrefix", api.id());
        assertThat(map(map(event.get("requestContext")).get("identity"))).containsEntry("sourceIp", "10.0.0.7")
                .containsEntry("userAgent", "curl/8");
    }

    @Test
    void theFunctionIsInvokedAsApiGatewayForTheMethod() {
        var api = petStore();
        gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/1");
        assertThat(gateway.invokedAs.principal())
                .isEqualTo(new dev.aloft.api.Principal.Service("apigateway.amazonaws.com",
                "arn:aws:execute-api:eu-central-1:111122223333:" + api.id() + "/prod/GET/pets/{id}"));
    }

    @Test
    void thePathFormsReachTheSameRoute() {
        var api = petStore();
        assertThat(text(gateway.get("127.0.0.1:4566/_aws/execute-api/" + api.id() + "/prod/pets/1")))
                .isEqualTo("hello");
        assertThat(text(gateway.get("127.0.0.1:4566/restapis/" + api.id() + "/prod/_user_request_/pets/1")))
                .isEqualTo("hello");
        assertThat(gateway.event).containsEntry("path", "/pets/1");
    }

    @Test
    void aSlashAtTheEndIsNoOtherRoute() {
        var api = petStore();
        assertThat(gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/1/").status()).isEqualTo(200);
    }

    @Test
    void whatHasNoRouteMissesItsAuthenticationToken() {
        var api = petStore();
        var response = gateway.get(api.id() + ".execute-api.localhost:4566/prod/nowhere");
        assertThat(response.status()).isEqualTo(403);
        assertThat(text(response)).isEqualTo("{\"message\": \"Missing Authentication Token\"}");
        assertThat(response.headers().first("x-amzn-ErrorType")).isEqualTo("MissingAuthenticationTokenException");
    }

    @Test
    void whatHasNoStageIsForbidden() {
        var api = petStore();
        assertThat(text(gateway.get(api.id() + ".execute-api.localhost:4566/other/pets/1")))
                .isEqualTo("{\"message\": \"Forbidden\"}");
    }

    @Test
    void headersOfBothKindsAreAnswered() {
        var api = petStore();
        gateway.function = _ ->
                answer("{\"statusCode\": \"201\", \"headers\": {\"X-A\": 1, \"Content-Type\": \"text/html\"},"
                + " \"multiValueHeaders\": {\"Set-Cookie\": [\"a=1\", \"b=2\"]}, \"body\": null}");
        var response = gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/1");
        assertThat(response.status()).isEqualTo(201);
        assertThat(response.headers().first("X-A")).isEqualTo("1");
        assertThat(response.headers().first("Content-Type")).isEqualTo("text/html");
        assertThat(response.headers().all("Set-Cookie")).containsExactly("a=1", "b=2");
    }

    @Test
    void anAnswerThatIsNoProxyAnswerIsABadGateway() {
        var api = petStore();
        for (var malformed : List.of("\"text\"", "{\"body\": \"no status\"}", "{\"statusCode\": 103}",
                "{\"statusCode\": 200, \"body\": {\"an\": \"object\"}}", "null")) {
            gateway.function = _ -> answer(malformed);
            var response = gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/1");
            assertThat(response.status()).as(malformed).isEqualTo(502);
            assertThat(text(response)).isEqualTo("{\"message\": \"Internal server error\"}");
        }
    }

    @Test
    void aFunctionThatFailsIsABadGateway() {
        var api = petStore();
        gateway.function = _ -> answer("{\"errorMessage\": \"no\"}").toBuilder().functionError("Unhandled").build();
        assertThat(gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/1").status()).isEqualTo(502);
    }

    @Test
    void aFunctionThatDoesNotAllowTheGatewayIsAnInternalError() {
        var api = petStore();
        gateway.function = _ -> {
            throw ApiError.of("AccessDeniedException", 403, "not authorized");
        };
        var response = gateway.get(api.id() + ".execute-api.localhost:4566/prod/pets/1");
        assertThat(response.status()).isEqualTo(500);
        assertThat(text(response)).isEqualTo("{\"message\": \"Internal server error\"}");
    }

    @Test
    void binaryComesAndGoesOnlyWhereTheApiSaysSo() {
        var api = petStore();
        gateway.function = _ -> answer("{\"statusCode\": 200, \"body\": \"aGk=\", \"isBase64Encoded\": true}");
        var url = api.id() + ".execute-api.localhost:4566/prod/pets/1";
        assertThat(text(gateway.get(url, "Accept", "image/png"))).isEqualTo("aGk=");

        gateway.api.updateRestApi(caller(), UpdateRestApiRequest.of(r -> r.restApiId(api.id())
                .patchOperations(List.of(PatchOperation.of(p -> p.op("add").path("/binaryMediaTypes/image~1*"))))));
        deploy(api);
        assertThat(text(gateway.get(url, "Accept", "image/png,*/*"))).isEqualTo("hi");
        gateway.send("GET", url, "raw", "Content-Type", "image/png");
        assertThat(gateway.event).containsEntry("body", "cmF3").containsEntry("isBase64Encoded", true);
    }

    private String tenant(String source, String query, String... headers) {
        var api = create();
        var pet = resource(api, api.rootResourceId(), "{id}");
        proxy(api, pet, "GET", Map.of("integration.request.header.X-Amz-Tenant-Id", source));
        deploy(api);
        gateway.function = invoke -> answer("{\"statusCode\": 200, \"body\": \"" + invoke.tenantId() + "\"}");
        return text(gateway.get(api.id() + ".execute-api.localhost/prod/7" + query, headers));
    }

    @Test
    void aRequestMaySayWhoseItIs() {
        assertThat(tenant("method.request.header.x-who", "", "X-Who", "blue")).isEqualTo("blue");
        assertThat(tenant("method.request.header.x-who", "")).isEqualTo("null");
        assertThat(tenant("method.request.querystring.who", "?who=green")).isEqualTo("green");
        assertThat(tenant("method.request.path.id", "")).isEqualTo("7");
        assertThat(tenant("'all'", "")).isEqualTo("all");
        var error = errorOf(() -> tenant("context.authorizer.claims.sub", ""));
        assertThat(error.code()).isEqualTo("NotImplemented");
    }

    @Test
    void whatTheFunctionDoesNotTakeIsABadRequest() {
        var api = petStore();
        gateway.function = _ -> {
            throw new Lambda.InvalidParameterValueException("Add a valid tenant ID in your request and try again.");
        };
        var response = gateway.get(api.id() + ".execute-api.localhost/prod/pets/7");
        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).isEqualTo("{\"message\": \"Add a valid tenant ID in your request and try again.\"}");
    }

    @Test
    void aStageServesItsDeploymentUntilItGetsAnother() {
        var api = petStore();
        var cats = resource(api, api.rootResourceId(), "cats");
        proxy(api, cats, "GET");
        var url = api.id() + ".execute-api.localhost:4566/prod/cats";
        assertThat(gateway.get(url).status()).isEqualTo(403);
        deploy(api);
        assertThat(gateway.get(url).status()).isEqualTo(200);
    }

    @Test
    void samsCorsAnswersFromTheMockIntegration() {
        var definition = """
                {"swagger": "2.0", "info": {"title": "shop", "version": "1.0"}, "paths": {"/orders": {
                  "options": {"responses": {"200": {}}, "x-amazon-apigateway-integration": {"type": "mock",
                    "requestTemplates": {"application/json": "{\\n  \\"statusCode\\" : 200\\n}\\n"},
                    "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": "{}\\n"},
                      "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"}}}}},
                  "x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "%s"}}
                }}}""".formatted(INVOCATION);
        var api = gateway.api.importRestApi(caller(),
                ImportRestApiRequest.of(r -> r.body(Bytes.of(definition.getBytes(StandardCharsets.UTF_8)))));
        deploy(api);
        var preflight = gateway.send("OPTIONS", api.id() + ".execute-api.localhost:4566/prod/orders", "");
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.headers().first("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(text(preflight)).isEqualTo("{}\n");
        assertThat(gateway.send("PATCH", api.id() + ".execute-api.localhost:4566/prod/orders", "x").status())
                .isEqualTo(200);
        assertThat(gateway.event).containsEntry("httpMethod", "PATCH").containsEntry("body", "x");
    }

    @Test
    void aMockIntegrationTakesItsStatusFromATemplateThatHoldsMore() {
        var api = petStore();
        var resource = resource(api, api.rootResourceId(), "mock");
        mock(api, resource, "{\"note\": \"\", statusCode: 204}", "2\\d\\d");
        deploy(api);
        assertThat(gateway.get(api.id() + ".execute-api.localhost:4566/prod/mock").status()).isEqualTo(202);
    }

    @Test
    void aSelectionPatternThatIsNoneIsRefused() {
        var api = petStore();
        var resource = resource(api, api.rootResourceId(), "mock");
        assertThatThrownBy(() -> mock(api, resource, "{\"statusCode\": 200}", "("))
                .isInstanceOf(BadRequestException.class);
    }

    private void mock(RestApi api, Resource resource, String template, String selectionPattern) {
        gateway.api.putMethod(caller(), PutMethodRequest.of(
                r -> r.restApiId(api.id()).resourceId(resource.id()).httpMethod("GET").authorizationType("NONE")));
        gateway.api.putIntegration(caller(), PutIntegrationRequest.of(r -> r.restApiId(api.id())
                .resourceId(resource.id()).httpMethod("GET").type("MOCK")
                .requestTemplates(Map.of("application/json", template))));
        gateway.api.putIntegrationResponse(caller(), PutIntegrationResponseRequest.of(r -> r.restApiId(api.id())
                .resourceId(resource.id()).httpMethod("GET").statusCode("202").selectionPattern(selectionPattern)));
    }

    @Test
    void theStageOfADeploymentIsNamedAsAnyOther() {
        var api = petStore();
        assertThatThrownBy(() -> gateway.api.createDeployment(caller(),
                CreateDeploymentRequest.of(r -> r.restApiId(api.id()).stageName("a/b"))))
                .isInstanceOf(BadRequestException.class).hasMessage("Stage name only allows a-zA-Z0-9_-");
    }

    @Test
    void anImportedDefinitionMayNameThePlaceOfTheImport() {
        var place = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:f";
        var api = gateway.api.importRestApi(caller(), definition(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" + place
                + "/invocations"));
        var root = gateway.api.getMethod(caller(), GetMethodRequest.of(
                r -> r.restApiId(api.id()).resourceId(api.rootResourceId()).httpMethod("GET")));
        assertThat(root.methodIntegration().uri())
                .isEqualTo(("arn:aws:apigateway:%1$s:lambda:path/2015-03-31/functions/"
                + "arn:aws:lambda:%1$s:%2$s:function:f/invocations").formatted(caller().region(), caller().account()));
        assertThatThrownBy(() -> gateway.api.importRestApi(caller(), definition("arn:aws::x:y:z")))
                .isInstanceOf(BadRequestException.class);
    }

    private static ImportRestApiRequest definition(String uri) {
        var text = """
                {"openapi": "3.0.1", "info": {"title": "here", "version": "1"}, "paths": {"/": {"get": {
                  "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "%s"}}}}}""".formatted(uri);
        return ImportRestApiRequest.of(r -> r.body(Bytes.of(text.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aRequestCarriedOutTwiceMakesOneApi() {
        var caller = caller();
        var first = gateway.api.createRestApi(caller, CreateRestApiRequest.of(r -> r.name("once")));
        var second = gateway.api.createRestApi(caller, CreateRestApiRequest.of(r -> r.name("once")));
        assertThat(second).isEqualTo(first);
        assertThat(gateway.api.getRestApis(caller(), GetRestApisRequest.of(r -> {})).items()).hasSize(1);
    }

    private RestApi create() {
        return gateway.api.createRestApi(caller(), CreateRestApiRequest.of(r -> r.name("pets")));
    }

    private RestApi petStore() {
        var api = create();
        var pets = resource(api, api.rootResourceId(), "pets");
        proxy(api, resource(api, pets.id(), "{id}"), "GET");
        deploy(api);
        return api;
    }

    private Resource resource(RestApi api, String parent, String part) {
        return gateway.api.createResource(caller(),
                CreateResourceRequest.of(r -> r.restApiId(api.id()).parentId(parent).pathPart(part)));
    }

    private void proxy(RestApi api, Resource resource, String method) {
        proxy(api, resource, method, null);
    }

    private void proxy(RestApi api, Resource resource, String method, Map<String, String> mapped) {
        gateway.api.putMethod(caller(), PutMethodRequest.of(
                r -> r.restApiId(api.id()).resourceId(resource.id()).httpMethod(method).authorizationType("NONE")));
        gateway.api.putIntegration(caller(), PutIntegrationRequest.of(r -> r.restApiId(api.id())
                .resourceId(resource.id())
                .httpMethod(method)
                .type("AWS_PROXY")
                .integrationHttpMethod("POST")
                .requestParameters(mapped)
                .uri(INVOCATION)));
        assertThat(INVOCATION).contains(FUNCTION);
    }

    private void deploy(RestApi api) {
        gateway.api.createDeployment(caller(),
                CreateDeploymentRequest.of(r -> r.restApiId(api.id()).stageName("prod")));
    }
}
