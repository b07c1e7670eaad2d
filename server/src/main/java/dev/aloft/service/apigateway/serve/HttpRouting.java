package dev.aloft.service.apigateway.serve;

import dev.aloft.api.ApiGatewayV2.Cors;
import dev.aloft.api.ApiGatewayV2.Integration;
import dev.aloft.api.ApiGatewayV2.Route;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The routes of a deployed HTTP API.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html">Routes</a>
 */
public final class HttpRouting {
    private final String account;
    private final String region;
    private final Cors cors;
    private final Paths<Map<String, Route>> paths = new Paths<>();
    private final Map<String, Integration> integrations;
    private Route otherwise;

    /** A route that fits, with its integration (null where it has none) and the path's variables, decoded. */
    record Found(Route route, Integration integration, Map<String, String> pathParameters) {}

    public HttpRouting(
            String account, String region, Cors cors, Collection<Route> routes, Map<String, Integration> integrations) {
        this.account = account;
        this.region = region;
        this.cors = cors;
        this.integrations = integrations;
        for (var route : routes) {
            if (route.routeKey().equals("$default")) {
                otherwise = route;
            } else {
                int space = route.routeKey().indexOf(' ');
                var path = route.routeKey().substring(space + 1);
                var methods = paths.at(path);
                if (methods == null) {
                    methods = new HashMap<>();
                    paths.put(path, methods);
                }
                methods.put(route.routeKey().substring(0, space), route);
            }
        }
    }

    /** The most specific path with this method, a method's own route before ANY, then $default. */
    Optional<Found> find(String httpMethod, String decodedPath) {
        var match = paths.find(decodedPath, methods -> methods.containsKey(httpMethod) || methods.containsKey("ANY"));
        if (match.isPresent()) {
            var methods = match.get().value();
            return Optional.of(found(methods.getOrDefault(httpMethod, methods.get("ANY")), match.get().variables()));
        }
        return Optional.ofNullable(otherwise).map(route -> found(route, Map.of()));
    }

    private Found found(Route route, Map<String, String> pathParameters) {
        var id = route.target() == null ? null : route.target().substring("integrations/".length());
        return new Found(route, id == null ? null : integrations.get(id), pathParameters);
    }

    String account() {
        return account;
    }

    String region() {
        return region;
    }

    Cors cors() {
        return cors;
    }
}
