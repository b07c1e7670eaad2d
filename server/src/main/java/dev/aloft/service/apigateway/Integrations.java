package dev.aloft.service.apigateway;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway;
import dev.aloft.api.ApiGateway.Integration;
import dev.aloft.api.ApiGateway.Method;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.service.apigateway.serve.LambdaUri;
import dev.aloft.service.apigateway.serve.MockAnswer;
import java.util.Map;

/** What integrations and methods may be here; anything else is refused by its name. */
final class Integrations {
    private Integrations() {}

    static void check(Method method) {
        if (!"NONE".equals(method.authorizationType())) {
            throw ApiError.notBuilt("API Gateway's authorization type " + method.authorizationType());
        }
        if (Boolean.TRUE.equals(method.apiKeyRequired())) {
            throw ApiError.notBuilt("An API Gateway method that requires an API key");
        }
        if (method.requestValidatorId() != null) {
            throw ApiError.notBuilt("An API Gateway request validator");
        }
    }

    static void check(Integration integration) {
        switch (integration.type()) {
            case "AWS_PROXY" -> {
                if (integration.uri() == null || !integration.uri().startsWith("arn:")) {
                    throw new ApiGateway.BadRequestException("Invalid ARN specified in the request");
                }
                if (!LambdaUri.is(integration.uri())) {
                    throw new ApiGateway.BadRequestException("Integrations of type 'AWS_PROXY' currently "
                            + "only supports Lambda function and Firehose stream invocations.");
                }
                if (notEmpty(integration.requestTemplates())) {
                    throw ApiError.notBuilt("Template mapping in an AWS_PROXY integration");
                }
                TenantHeader.check(integration.requestParameters());
            }
            case "MOCK" -> MockAnswer.check(integration);
            case String other -> throw ApiError.notBuilt("API Gateway's integration type " + other);
        }
        if (integration.connectionType() != null && integration.connectionType().equals("VPC_LINK")) {
            throw ApiError.notBuilt("API Gateway's VPC link");
        }
        int timeout = integration.timeoutInMillis() == null ? 29_000 : integration.timeoutInMillis();
        if (timeout < 50 || timeout > 29_000) {
            throw new ApiGateway.BadRequestException("Timeout should be between 50 ms and 29000 ms");
        }
    }

    static void check(ApiGatewayV2.Integration integration) {
        if (!"AWS_PROXY".equals(integration.integrationType()) || integration.integrationSubtype() != null) {
            throw ApiError.notBuilt("An HTTP API's integration "
                    + (integration.integrationSubtype() == null ? integration.integrationType()
                            : integration.integrationSubtype()));
        }
        if (!LambdaUri.is(integration.integrationUri())) {
            throw new ApiGatewayV2.BadRequestException("Invalid integration URI specified: "
                    + integration.integrationUri());
        }
        if (integration.payloadFormatVersion() == null) {
            throw new ApiGatewayV2.BadRequestException("PayloadFormatVersion is a required parameter for integration");
        }
        if (!integration.payloadFormatVersion().matches("1\\.0|2\\.0")) {
            throw new ApiGatewayV2.BadRequestException(
                    "PayloadFormatVersion " + integration.payloadFormatVersion()
                    + " is not supported. Supported values are 1.0 and 2.0");
        }
        if (notEmpty(integration.requestParameters()) || notEmpty(integration.responseParameters())) {
            throw ApiError.notBuilt("Parameter mapping in an HTTP API's integration");
        }
        int timeout = integration.timeoutInMillis() == null ? 30_000 : integration.timeoutInMillis();
        if (timeout < 50 || timeout > 30_000) {
            throw new ApiGatewayV2.BadRequestException("Timeout should be between 50 ms and 30000 ms");
        }
    }

    static void check(ApiGatewayV2.Route route) {
        if (route.authorizationType() != null && !route.authorizationType().equals("NONE")) {
            throw ApiError.notBuilt("An HTTP API's authorization type " + route.authorizationType());
        }
        if (Boolean.TRUE.equals(route.apiKeyRequired())) {
            throw ApiError.notBuilt("An API Gateway route that requires an API key");
        }
        if (!route.routeKey().equals("$default")
                && !route.routeKey().matches("(GET|PUT|POST|DELETE|PATCH|OPTIONS|HEAD|ANY) /.*")) {
            throw new ApiGatewayV2.BadRequestException("The provided route key is not formatted properly "
                    + "for HTTP protocol. Format should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\"");
        }
    }

    private static boolean notEmpty(Map<?, ?> map) {
        return map != null && !map.isEmpty();
    }
}
