package dev.aloft.kernel.http;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.ServiceModel;
import dev.aloft.kernel.call.CrossOrigin;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.AmzCbor;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.CborRpc;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.wire.JsonRpc;
import dev.aloft.wire.Protocol;
import dev.aloft.wire.Protocols;
import dev.aloft.wire.Query;
import dev.aloft.wire.QueryString;
import dev.aloft.wire.RestJson;
import dev.aloft.wire.RestXml;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Tells what a request means: the service first, then only that service's paths. The order is
 * hosts and paths of deployed things, the platform's own paths, {@code smithy-protocol}, {@code X-Amz-Target},
 * {@code Action} and {@code Version}, the service in the signature's scope, unsigned paths that only one service has,
 * S3.
 */
public final class Router {
    private static final int MAX_FORM = 8 << 20;
    private static final Pattern DATED = Pattern.compile("/\\d{4}-\\d{2}-\\d{2}/.*");
    private static final Pattern QUEUE = Pattern.compile("/\\d{12}/[^/]+");
    private static final Pattern RPC = Pattern.compile("(?:/[^/]+)*?/service/([^/]+)/operation/([^/]+)");

    private final Map<String, List<ServiceModel>> byScope = new HashMap<>();
    private final Map<String, ServiceModel> byTarget = new HashMap<>();
    private final List<ServiceModel> queryServices = new ArrayList<>();
    private final List<ServiceModel> restServices = new ArrayList<>();
    private final Map<ServiceModel, OperationTable> tables = new ConcurrentHashMap<>();
    private final List<DataPlane> planes;
    private final Hosts hosts;
    private final PlatformPages pages;
    private final Preflights preflights;
    private ServiceModel s3;

    /**
     * @param domains base names besides localhost under which clients reach the platform
     * @param about   what the platform says of itself at {@code /_aws/health}
     */
    public Router(
            Collection<ServiceModel> services, List<DataPlane> planes, List<String> domains,
            Supplier<Map<String, Object>> about, CrossOrigin buckets) {
        this.planes = List.copyOf(planes);
        this.hosts = new Hosts(domains);
        this.preflights = new Preflights(domains, buckets);
        for (var service : services) {
            byScope.computeIfAbsent(service.signingName(), _ -> new ArrayList<>()).add(service);
            if (service.targetPrefix() != null) {
                byTarget.put(service.targetPrefix(), service);
            }
            for (var protocol : service.protocols()) {
                switch (protocol) {
                    case "query", "ec2" -> queryServices.add(service);
                    case "rest-json", "rest-xml" -> restServices.add(service);
                    default -> {}
                }
            }
            if (service.serviceId().equals("S3")) {
                s3 = service;
                byScope.put("s3express", byScope.get("s3"));
            }
        }
        this.pages = new PlatformPages(
                services.stream().map(ServiceModel::signingName).distinct().toList(), about);
    }

    /**
     * Reads what the request means; may read a form's content, which the route's request then carries.
     *
     * @param authorization the request's own
     */
    Route route(HttpRequest http, Authorization authorization) {
        var scope = scope(authorization);
        var name = Hosts.name(http.host());
        var path = http.rawPath();

        var plane = plane(http, name, path, scope);
        if (plane != null) {
            return plane;
        }
        if (path.startsWith("/_")) {
            var page = pages.at(http);
            if (page.isPresent()) {
                return new Route.Answer(page.get());
            }
        }
        try {
            var refused = preflights.check(http, scope == null || isS3(scope) ? bucketPath(http) : "/");
            if (refused.isPresent()) {
                return new Route.Answer(refused.get());
            }
        } catch (ApiError e) {
            return new Route.Refused(RestXml.S3, e);
        }
        var protocol = http.headers().first("smithy-protocol");
        if (protocol != null) {
            return rpc(http, protocol, path);
        }
        var target = http.headers().first("x-amz-target");
        if (target != null && !isS3(scope)) {
            return target(http, target, scope);
        }
        var action = isS3(scope) ? Optional.<Route>empty() : action(http, scope, path);
        if (action.isPresent()) {
            return action.get();
        }
        if (scope != null) {
            return scoped(http, scope, path);
        }
        return unsigned(http, path);
    }

    /** The response, with what a browser needs to let the page that asked read it. */
    HttpResponse readable(HttpRequest http, HttpResponse response) {
        preflights.allow(http, response);
        return response;
    }

    HttpResponse readable(Route.ToOperation route, HttpResponse response) {
        if (route.protocol() != RestXml.S3) {
            return readable(route.request(), response);
        }
        preflights.allowByBucket(route.request(), route.path(), response);
        return response;
    }

    /** As S3 reads it: with the bucket in front that the host names. */
    private String bucketPath(HttpRequest http) {
        var bucket = hosts.bucket(http.host());
        return bucket == null ? http.rawPath() : "/" + bucket + http.rawPath();
    }

    private static String scope(Authorization authorization) {
        return switch (authorization) {
            case Authorization.V4 v4 -> v4.service();
            case Authorization.V2 _ -> "s3";
            case Authorization.Anonymous _, Authorization.Unreadable _ -> null;
        };
    }

    private boolean isS3(String scope) {
        return scope != null && (scope.equals("s3") || scope.equals("s3express"));
    }

    /** A signed call of a service never goes to a plane, whatever its path is; a signed call of an API does. */
    private Route plane(HttpRequest http, String name, String path, String scope) {
        boolean deployed = Hosts.has(name, "execute-api") || Hosts.has(name, "lambda-url");
        boolean mayBe = deployed
                || Hosts.has(name, "s3-website")
                || scope == null
                || scope.equals("execute-api")
                || scope.equals("lambda")
                || path.startsWith("/_aws/");
        if (!mayBe) {
            return null;
        }
        for (var plane : planes) {
            if (plane.serves(http.host(), path)) {
                return new Route.ToDataPlane(plane);
            }
        }
        return deployed
                ? new Route.Answer(HttpResponse.of(
                        Hosts.has(name, "execute-api") ? 403 : 404,
                        "application/json",
                        (Hosts.has(name, "execute-api") ? "{\"message\":\"Forbidden\"}" : "{\"Message\":null}")
                                .getBytes(StandardCharsets.UTF_8)))
                : null;
    }

    private Route rpc(HttpRequest http, String protocol, String path) {
        var match = RPC.matcher(path);
        if (!protocol.equals("rpc-v2-cbor") || !match.matches()) {
            return new Route.Refused(
                    CborRpc.INSTANCE,
                    ApiError.of("UnknownOperationException", 404, "No operation is at " + path + "."));
        }
        var service = byTarget.get(match.group(1));
        if (service == null) {
            return new Route.Refused(CborRpc.INSTANCE, ApiError.notBuilt("The service " + match.group(1)));
        }
        var operation = service.operation(match.group(2));
        return operation == null
                ? unknown(CborRpc.INSTANCE, match.group(2))
                : to(operation, CborRpc.INSTANCE, http);
    }

    private Route target(HttpRequest http, String target, String scope) {
        var type = http.headers().first("content-type");
        Protocol version = type != null && type.startsWith("application/x-amz-cbor-1.1") ? AmzCbor.INSTANCE
                : type != null && type.startsWith("application/x-amz-json-1.0") ? JsonRpc.V1_0 : JsonRpc.V1_1;
        int dot = target.lastIndexOf('.');
        var service = dot < 0 ? null : byTarget.get(target.substring(0, dot));
        if (service == null) {
            return scope != null && !byScope.containsKey(scope)
                    ? new Route.Refused(version, ApiError.notBuilt("The service " + scope))
                    : unknown(version, target);
        }
        var operation = service.operation(target.substring(dot + 1));
        return operation == null ? unknown(version, target.substring(dot + 1)) : to(operation, version, http);
    }

    private static Route unknown(Protocol protocol, String name) {
        return new Route.Refused(
                protocol, ApiError.of("UnknownOperationException", 400, "The operation " + name + " is not known."));
    }

    /** The query protocol: {@code Action} in a form, or in the query of a GET. */
    private Optional<Route> action(HttpRequest http, String scope, String path) {
        var candidates = new ArrayList<ServiceModel>();
        for (var service : queryServices) {
            if (scope == null || service.signingName().equals(scope)) {
                candidates.add(service);
            }
        }
        boolean known = scope == null || byScope.containsKey(scope);
        if (candidates.isEmpty() && known) {
            return Optional.empty();
        }
        HttpRequest request = http;
        QueryString parameters;
        if (http.method().equals("POST") && isForm(http)) {
            var bytes = http.body().bytes(MAX_FORM);
            request = http.withBody(Body.of(bytes));
            try {
                parameters = QueryString.of(Query.form(request));
            } catch (ApiError unreadable) {
                return scope == null ? Optional.empty() : Optional.of(new Route.Refused(Query.AWS, unreadable));
            }
            if (!parameters.has("Action")) {
                parameters = QueryString.of(http.rawQuery());
            }
        } else if (http.rawQuery().contains("Action=") && (path.equals("/") || QUEUE.matcher(path).matches())) {
            parameters = QueryString.of(http.rawQuery());
        } else {
            return Optional.empty();
        }
        var action = parameters.first("Action");
        if (action == null) {
            return candidates.isEmpty() || scope == null || isRest(scope)
                    ? Optional.empty()
                    : Optional.of(new Route.Refused(
                            Query.AWS,
                            ApiError.of("MissingAction", 400, "The request must contain the parameter Action.")));
        }
        if (!known) {
            return Optional.of(new Route.Refused(Query.AWS, ApiError.notBuilt("The service " + scope)));
        }
        var version = parameters.first("Version");
        Operation named = null;
        for (var service : candidates) {
            var operation = service.operation(action);
            // Links in messages of SNS are neither signed nor do they tell a version.
            boolean sameVersion = version == null ? scope != null || operation != null && !operation.signed()
                    : version.equals(service.apiVersion());
            if (operation != null && (sameVersion || named == null && scope != null)) {
                named = operation;
            }
        }
        if (QUEUE.matcher(path).matches() && (named == null || isOfNoQueue(named))) {
            return Optional.of(new Route.Refused(
                    Query.AWS,
                    ApiError.of("InvalidAction", 400, "The action " + action + " is not valid for this endpoint.")));
        }
        if (named == null) {
            return Optional.of(new Route.Refused(
                    Query.AWS,
                    ApiError.of(
                            "InvalidAction",
                            400,
                            "Could not find operation " + action + " for version " + version)));
        }
        return Optional.of(to(named, protocol(named.service(), "query"), request));
    }

    /** SQS's operations without a queue are not at the address of one. */
    private static boolean isOfNoQueue(Operation operation) {
        return !operation.input().members().isEmpty() && operation.input().member("QueueUrl") == null;
    }

    private static boolean isForm(HttpRequest http) {
        var type = http.headers().first("content-type");
        return type != null
                && type.regionMatches(true, 0, "application/x-www-form-urlencoded", 0, 33)
                && http.body().length() <= MAX_FORM;
    }

    private boolean isRest(String scope) {
        return byScope.getOrDefault(scope, List.of()).stream().anyMatch(restServices::contains);
    }

    private Route scoped(HttpRequest http, String scope, String path) {
        var services = byScope.get(scope);
        if (services == null) {
            return new Route.Refused(
                    scope.startsWith("s3") ? RestXml.S3 : RestJson.INSTANCE,
                    ApiError.notBuilt("The service " + scope));
        }
        if (isS3(scope)) {
            return s3(http);
        }
        for (var service : services) {
            if (restServices.contains(service)) {
                var found = table(service).find(http.method(), path, QueryString.of(http.rawQuery()), Set.of());
                if (found.isPresent()) {
                    return to(found.get(), Protocols.of(service), http);
                }
            }
        }
        var first = services.getFirst();
        return switch (first.protocol()) {
            case "rest-json", "rest-xml" -> new Route.Refused(
                    Protocols.of(first),
                    ApiError.of(
                            "UnknownOperationException",
                            404,
                            "No operation of " + first.serviceId() + " is at " + http.method() + " " + path + "."));
            case "query", "ec2" -> new Route.Refused(
                    Query.AWS, ApiError.of("MissingAction", 400, "The request must contain the parameter Action."));
            default -> http.method().equals("GET") && first.protocols().contains("query")
                    ? new Route.Answer(HttpResponse.of(404, "text/xml",
                            "<UnknownOperationException/>\n".getBytes(StandardCharsets.UTF_8)))
                    : unknown(Protocols.of(first), http.method() + " " + path);
        };
    }

    /** Somebody without a signature: a browser, curl, a presigned URL's holder without its query. */
    private Route unsigned(HttpRequest http, String path) {
        if (DATED.matcher(path).matches()) {
            for (var service : restServices) {
                if (service != s3) {
                    var found = table(service).find(http.method(), path, QueryString.of(http.rawQuery()), Set.of());
                    if (found.isPresent()) {
                        return to(found.get(), Protocols.of(service), http);
                    }
                }
            }
        }
        return s3 == null
                ? new Route.Refused(
                        RestXml.PLAIN, ApiError.of("NotFound", 404, "Nothing is at " + path + "."))
                : s3(http);
    }

    private Route s3(HttpRequest http) {
        var bucket = hosts.bucket(http.host());
        var path = bucketPath(http);
        var headers = new HashSet<String>();
        http.headers().forEach((name, _) -> headers.add(name.toLowerCase(Locale.ROOT)));
        var query = QueryString.of(http.rawQuery());
        var found = table(s3).find(http.method(), path, query, headers);
        if (found.isPresent()) {
            return new Route.ToOperation(found.get(), RestXml.S3, http, path, bucket);
        }
        var type = http.headers().first("content-type");
        if (http.method().equals("POST") && type != null && type.startsWith("multipart/form-data")) {
            return new Route.Refused(RestXml.S3, ApiError.notBuilt("s3:PostObject (a browser's form upload)"));
        }
        return new Route.Refused(
                RestXml.S3,
                ApiError.of(
                        "MethodNotAllowed", 405, "The specified method is not allowed against this resource."));
    }

    private Route to(Operation operation, Protocol protocol, HttpRequest request) {
        return new Route.ToOperation(operation, protocol, request, request.rawPath(), null);
    }

    private static Protocol protocol(ServiceModel service, String family) {
        return service.protocols().contains("ec2") ? Protocols.byName("ec2") : Protocols.byName(family);
    }

    private OperationTable table(ServiceModel service) {
        return tables.computeIfAbsent(service, OperationTable::new);
    }
}
