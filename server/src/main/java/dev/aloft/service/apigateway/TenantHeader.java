package dev.aloft.service.apigateway;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway.Integration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one header of an integration with a function that may be mapped: it says whose an event is, to a function that
 * tells tenants apart.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html">Tenant isolation</a>
 */
public final class TenantHeader {
    private static final String HEADER = "integration.request.header.X-Amz-Tenant-Id";
    private static final Pattern SOURCE = Pattern.compile(
            "method\\.request\\.(?<place>header|querystring|path)\\.(?<name>[^.\\s]+)|'(?<text>[^']*)'");

    private TenantHeader() {}

    static void check(Map<String, String> mapped) {
        if (mapped == null) {
            return;
        }
        mapped.forEach((header, source) -> {
            if (!header.equalsIgnoreCase(HEADER) || !SOURCE.matcher(source).matches()) {
                throw ApiError.notBuilt("The mapping of " + source + " to " + header + " in an AWS_PROXY integration");
            }
        });
    }

    /** What a request has in the parts of it by their names. */
    public record Request(
            Function<String, String> header, Function<String, String> query, Function<String, String> path) {}

    /** Whose the event is, if the request says so. */
    public static Optional<String> tenant(Integration integration, Request request) {
        if (integration.requestParameters() == null || integration.requestParameters().isEmpty()) {
            return Optional.empty();
        }
        Matcher source = SOURCE.matcher(integration.requestParameters().values().iterator().next());
        if (!source.matches()) {
            throw new IllegalStateException("A mapping that was checked is none: " + source);
        }
        if (source.group("text") != null) {
            return Optional.of(source.group("text"));
        }
        String name = source.group("name");
        return Optional.ofNullable(switch (source.group("place")) {
            case "header" -> request.header().apply(name);
            case "querystring" -> request.query().apply(name);
            default -> request.path().apply(name);
        });
    }
}
