package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The event source HttpApi: a route of an HTTP API that calls the function. */
final class HttpEvents {
    private static final Pattern LABEL = Pattern.compile("\\{(.*?)}");
    private static final Pattern FUNCTION = Pattern.compile("([A-Za-z0-9]+)\\.Arn");

    private HttpEvents() {
    }

    static void make(Transformation transformation, Declared source, Event event, EventTarget target,
            List<Generated> resources) {
        event.allow(Set.of("Path", "Method", "ApiId", "Stage", "Auth", "TimeoutInMillis", "RouteSettings",
                "PayloadFormatVersion"));
        var id = RestEvents.apiId(event.get("ApiId"));
        if (!(id instanceof String apiId) || transformation.resource(apiId).isEmpty()) {
            throw event.error("ApiId must be a valid reference to an 'AWS::Serverless::HttpApi' "
                    + "resource in same template.");
        }
        var api = new Declared(apiId, transformation.resource(apiId)).properties();
        var path = Trees.text(event.require("Path"));
        var method = Trees.text(event.require("Method")).toLowerCase(Locale.ROOT);
        permission(event, target, api, path, method, resources);
        if (api.get("DefinitionBody") == null) {
            return;
        }
        var definition = ApiDefinition.http(api.get("DefinitionBody"));
        if (definition.hasIntegration(path, method)) {
            if (Functions.isTrue(api.get(ImplicitApis.MANAGED))) {
                throw event.error("API method '" + method + "' defined multiple times for path '" + path + "'.");
            }
        } else {
            var condition = target.passed().get("Condition");
            var uri = RestEvents.uri("${AWS::Partition}", target, false);
            definition.integrate(path, method, Functions.map("type", "aws_proxy", "httpMethod", "POST",
                    "payloadFormatVersion", "2.0", "uri", condition == null ? uri : Functions.when(condition, uri)),
                    condition, path.equals(ApiDefinition.DEFAULT_PATH)
                    && ApiDefinition.method(method).equals(ApiDefinition.ANY));
        }
        if (Functions.given(event.get("Auth"))) {
            authorize(event, new Declared(apiId, transformation.resource(apiId)), definition, path, method);
        }
        for (var made : definition.method(path, method)) {
            var integration = Trees.map(made.get(ApiDefinition.INTEGRATION));
            if (Functions.given(event.get("TimeoutInMillis"))) {
                integration.put("timeoutInMillis", event.get("TimeoutInMillis"));
            }
            labels(path, made);
            if (Functions.given(event.get("PayloadFormatVersion"))) {
                integration.put("payloadFormatVersion", event.get("PayloadFormatVersion"));
            }
        }
    }

    private static void labels(String path, Map<String, Object> method) {
        LABEL.matcher(path).results().map(match -> match.group(1)).forEach(label -> {
            if (!(method.get("parameters") instanceof List)) {
                method.put("parameters", new ArrayList<>());
            }
            var parameters = Trees.list(method.get("parameters"));
            var existing = parameters.stream().filter(parameter -> label.equals(Trees.map(parameter).get("name")))
                    .findFirst();
            if (existing.isEmpty()) {
                parameters.add(Functions.map("name", label, "in", "path", "required", true));
            } else {
                Trees.map(existing.get()).put("in", "path");
                Trees.map(existing.get()).put("required", true);
            }
        });
    }

    private static void permission(Event event, EventTarget target, Map<String, Object> api, String path, String method,
            List<Generated> resources) {
        var plain = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (plain.equals(ApiDefinition.DEFAULT_PATH)) {
            plain = "";
        } else if (Functions.given(api.get("DefinitionBody"))
                && isDefault(ApiDefinition.http(api.get("DefinitionBody")), target)) {
            return;
        }
        plain = ApiDefinition.wildcards(plain);
        var any = method.equals("any") || method.equals(ApiDefinition.ANY);
        var resource = "${__ApiId__}/${__Stage__}"
                + (method.equals("any") && plain.equals("/" + ApiDefinition.DEFAULT_PATH)
                ? plain : "/" + (any ? "*" : method.toUpperCase(Locale.ROOT)) + plain);
        var arn = Functions.sub(Functions.arn("${AWS::Partition}", "execute-api", resource),
                Functions.map("__ApiId__", event.get("ApiId"), "__Stage__", "*"));
        resources.add(FunctionEvents.permission(event.id() + "Permission", target, "apigateway.amazonaws.com", arn));
    }

    /** Whether the API's $default route calls this function already: its permission covers all routes. */
    private static boolean isDefault(ApiDefinition definition, EventTarget target) {
        if (!definition.hasIntegration(ApiDefinition.DEFAULT_PATH, ApiDefinition.ANY)) {
            return false;
        }
        for (var method : definition.method(ApiDefinition.DEFAULT_PATH, ApiDefinition.ANY)) {
            for (var uri : Functions.alternatives(Trees.map(method.get(ApiDefinition.INTEGRATION)).get("uri"))) {
                if (!(Trees.map(uri).get("Fn::Sub") instanceof String text)) {
                    return false;
                }
                var matcher = FUNCTION.matcher(text);
                if (!matcher.find() || !matcher.group(1).equals(target.id())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void authorize(Event event, Declared api, ApiDefinition definition, String path, String method) {
        var auth = event.map("Auth");
        var apiAuth = api.map("Auth");
        var authorizers = Trees.map(apiAuth.get("Authorizers"));
        var given = Functions.given(auth.get("Authorizer")) ? auth.get("Authorizer") : apiAuth.get("DefaultAuthorizer");
        if (!Functions.given(given)) {
            throw event.error("'Auth' section requires either an explicit 'Authorizer' set or a "
                    + "'DefaultAuthorizer' configured on the HttpApi.");
        }
        var place = "on API method [" + method + "] for path [" + path + "]";
        if (!(given instanceof String authorizer)) {
            throw event.error("Unable to set Authorizer [" + Functions.told(given) + "] " + place
                    + ". The method authorizer must be a string with a corresponding dict entry in "
                    + "the api authorizer.");
        }
        if (authorizer.equals("NONE")) {
            if (!Functions.given(apiAuth.get("DefaultAuthorizer"))) {
                throw event.error("Unable to set Authorizer " + place + " because 'NONE' is only a valid value when a"
                        + " DefaultAuthorizer on the API is specified.");
            }
        } else if (!authorizer.equals("AWS_IAM") || !Boolean.TRUE.equals(apiAuth.get("EnableIamAuthorizer"))) {
            if (authorizers.isEmpty()) {
                throw event.error("Unable to set Authorizer [" + Functions.told(authorizer) + "] " + place
                        + " because the related API does not define any Authorizers.");
            }
            if (!Functions.given(authorizers.get(authorizer))) {
                throw event.error("Unable to set Authorizer [" + Functions.told(authorizer) + "] " + place
                        + " because it wasn't defined in the API's Authorizers.");
            }
        }
        var scopes = auth.get("AuthorizationScopes");
        if (Functions.given(scopes) && !(scopes instanceof List)) {
            throw event.error("Unable to set Authorizer " + place
                    + " because 'AuthorizationScopes' must be a list of strings.");
        }
        for (var made : definition.method(path, method)) {
            Object wanted = Functions.list();
            if (!authorizer.equals("NONE") && !authorizer.equals("AWS_IAM")) {
                var own = Trees.map(authorizers.get(authorizer)).get("AuthorizationScopes");
                wanted = Functions.given(scopes) ? scopes : Functions.given(own) ? own : wanted;
            }
            var security = ApiDefinition.security(made, path, method);
            security.add(Functions.map(authorizer, wanted));
            made.put("security", security);
        }
    }
}
