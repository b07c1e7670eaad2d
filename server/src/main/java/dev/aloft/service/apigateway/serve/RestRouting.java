package dev.aloft.service.apigateway.serve;

import dev.aloft.api.ApiGateway.Method;
import dev.aloft.api.ApiGateway.Resource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The routes of a deployed REST API. */
public final class RestRouting {
    private final String account;
    private final String region;
    private final List<String> binaryMediaTypes;
    private final Paths<Resource> paths = new Paths<>();

    /** A method of a resource, with the path's variables as they were sent, still percent-encoded. */
    record Found(Resource resource, Method method, Map<String, String> pathParameters) {}

    public RestRouting(String account, String region, List<String> binaryMediaTypes, Collection<Resource> resources) {
        this.account = account;
        this.region = region;
        this.binaryMediaTypes = binaryMediaTypes == null ? List.of() : binaryMediaTypes;
        resources.forEach(resource -> paths.put(resource.path(), resource));
    }

    /** REST APIs take a path with a slash at its end as the path without. */
    Optional<Found> find(String httpMethod, String rawPath) {
        var path = rawPath.length() > 1 && rawPath.endsWith("/") ? rawPath.substring(0, rawPath.length() - 1) : rawPath;
        return paths.find(path, resource -> resource.resourceMethods() != null || resource.parentId() == null)
                .flatMap(match -> method(match.value(), httpMethod)
                        .map(method -> new Found(match.value(), method, match.variables())));
    }

    private static Optional<Method> method(Resource resource, String name) {
        var methods = resource.resourceMethods();
        return methods == null ? Optional.empty() : Optional.ofNullable(methods.getOrDefault(name, methods.get("ANY")));
    }

    String account() {
        return account;
    }

    String region() {
        return region;
    }

    /** Whether a body of this media type is binary: one of the API's types fits, {@code *} standing for anything. */
    boolean isBinary(String mediaType) {
        if (mediaType == null) {
            return false;
        }
        var type = mediaType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return binaryMediaTypes.stream().map(each -> each.toLowerCase(Locale.ROOT)).anyMatch(each -> each.equals("*/*")
                || each.equals(type)
                || each.endsWith("/*") && type.startsWith(each.substring(0, each.length() - 1)));
    }
}
