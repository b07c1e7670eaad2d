package dev.aloft.service.apigateway;

import dev.aloft.api.ApiGatewayV2.BadRequestException;
import dev.aloft.api.ApiGatewayV2.Cors;

/** What an HTTP API's CORS configuration may say. */
final class CorsRules {
    private CorsRules() {}

    static Cors checked(Cors cors) {
        if (cors != null
                && Boolean.TRUE.equals(cors.allowCredentials())
                && cors.allowOrigins() != null
                && cors.allowOrigins().contains("*")) {
            throw new BadRequestException("allowCredentials is not supported for origin *");
        }
        return cors;
    }
}
