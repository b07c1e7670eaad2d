package dev.aloft.service.apigateway.serve;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway.BadRequestException;
import dev.aloft.api.ApiGateway.Integration;
import dev.aloft.api.ApiGateway.IntegrationResponse;
import dev.aloft.api.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a REST API's mock integration answers: its request template names a status, and the integration response of that
 * status gives headers and body. Templates are literal here; one with VTL in it is refused when it is put.
 */
public record MockAnswer(int status, Map<String, String> headers, String body) {
    private static final String HEADER = "method.response.header.";

    /** Refuses what {@link #of} could not answer. */
    public static void check(Integration integration) {
        if (integration.requestTemplates() != null) {
            integration.requestTemplates().values().forEach(MockAnswer::literal);
        }
        if (integration.integrationResponses() != null) {
            integration.integrationResponses().values().forEach(MockAnswer::check);
        }
    }

    public static void check(IntegrationResponse response) {
        if (response.selectionPattern() != null) {
            try {
                Pattern.compile(response.selectionPattern());
            } catch (PatternSyntaxException e) {
                throw new BadRequestException("Invalid selection pattern specified: " + response.selectionPattern());
            }
        }
        if (response.responseTemplates() != null) {
            response.responseTemplates().values().forEach(MockAnswer::literal);
        }
        if (response.responseParameters() != null) {
            response.responseParameters().forEach((name, value) -> {
                if (!name.startsWith(HEADER) || !value.matches("'.*'")) {
                    throw ApiError.notBuilt("API Gateway's mapping of " + value + " to " + name
                            + " in a mock integration");
                }
            });
        }
    }

    private static void literal(String template) {
        if (template != null && (template.contains("$") || template.contains("#"))) {
            throw ApiError.notBuilt("API Gateway's mapping templates (VTL) in a mock integration");
        }
    }

    /** The answer, or empty where the templates fit together so little that API Gateway answers 500. */
    public static Optional<MockAnswer> of(Integration integration) {
        var templates = integration.requestTemplates();
        var template = templates == null ? null : templates.getOrDefault("application/json", "{}");
        var status = template == null ? null : statusIn(template);
        if (status == null || integration.integrationResponses() == null) {
            return Optional.empty();
        }
        var response = integration.integrationResponses().get(status);
        if (response == null) {
            response = integration.integrationResponses().values().stream()
                    .filter(each -> each.selectionPattern() == null || each.selectionPattern().isEmpty()
                            || status.matches(each.selectionPattern()))
                    .findFirst()
                    .orElse(null);
        }
        return Optional.ofNullable(response).map(MockAnswer::answer);
    }

    private static MockAnswer answer(IntegrationResponse response) {
        var headers = new LinkedHashMap<String, String>();
        if (response.responseParameters() != null) {
            response.responseParameters()
                    .forEach((name, value) ->
                            headers.put(name.substring(HEADER.length()), value.substring(1, value.length() - 1)));
        }
        var templates = response.responseTemplates();
        var body = templates == null ? null : templates.get("application/json");
        return new MockAnswer(Integer.parseInt(response.statusCode()), headers, body == null ? "" : body);
    }

    private static String statusIn(String template) {
        try {
            // SAM writes `{"statusCode": 200}`; older tools leave the quotes of the name away, which API Gateway takes
            // too.
            var json = template.replaceAll("(?<=[{,\\s])statusCode\\s*:", "\"statusCode\":");
            var tree = JsonReader.tree(json.getBytes(StandardCharsets.UTF_8));
            return tree instanceof Map<?, ?> map && map.get("statusCode") != null ? map.get("statusCode").toString()
                    : null;
        } catch (JsonReader.Malformed e) {
            return null;
        }
    }
}
