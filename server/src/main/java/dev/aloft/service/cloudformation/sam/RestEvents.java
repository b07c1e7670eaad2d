package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The event source Api: a method of a REST API that calls the function. */
final class RestEvents {
    private static final List<String> OVERRIDES = List.of("Authorizer", "ApiKeyRequired", "ResourcePolicy");

    private static final Pattern REQUEST_PARAMETER =
            Pattern.compile("method\\.request\\.(querystring|path|header)\\..*");

    private RestEvents() {
    }

    static void make(Transformation transformation, Declared source, Event event, EventTarget target,
            List<Generated> resources) {
        event.allow(Set.of("Path", "Method", "RestApiId", "Stage", "Auth", "RequestModel", "RequestParameters",
                "TimeoutInMillis", "ResponseTransferMode"));
        var path = Trees.text(event.require("Path"));
        var method = Trees.text(event.require("Method")).toLowerCase(Locale.ROOT);
        var apiId = apiId(event.require("RestApiId"));
        var stage = "AllStages";
        Map<String, Object> api = Map.of();
        if (apiId instanceof String id) {
            if (transformation.resource(id).isEmpty()) {
                throw event.error("RestApiId property of Api event must reference a valid resource in "
                        + "the same template.");
            }
            api = new Declared(id, transformation.resource(id)).properties();
            stage = api.get("StageName") instanceof String name ? name : "Stage";
        }
        resources.add(permission(transformation, event, target, path, method, stage));
        var merge = Functions.isTrue(api.get("MergeDefinitions"));
        if (Functions.isTrue(api.get(ImplicitApis.MANAGED)) || merge) {
            if (merge) {
                throw SamError.resource(Trees.text(apiId), "MergeDefinitions is not built in Aloft.");
            }
            if (api.get("DefinitionBody") != null) {
                integrate(transformation, event, target, api, Trees.text(apiId), path, method, stage);
            }
        } else if (api.get("DefinitionBody") != null && Functions.isTrue(event.map("Auth").get("OverrideApiAuth"))) {
            if (OVERRIDES.stream().noneMatch(each -> Functions.given(event.map("Auth").get(each)))) {
                throw event.error("Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the"
                        + " OverrideApiAuth property.");
            }
            authorize(transformation, event, api, ApiDefinition.rest(api.get("DefinitionBody")), path, method, stage);
        }
    }

    /** The logical id of an API that is referred to, or what stands there instead. */
    static Object apiId(Object reference) {
        return Trees.map(reference).get("Ref") instanceof String id ? id : reference;
    }

    private static Generated permission(Transformation transformation, Event event, EventTarget target, String path,
            String method, String stage) {
        var plain = ApiDefinition.wildcards(path.length() > 1 && path.endsWith("/")
                ? path.substring(0, path.length() - 1) : path);
        var arn = Functions.sub(Functions.arn(transformation.partition, "execute-api", "${__ApiId__}/${__Stage__}/"
                + (method.equals("any") ? "*" : method.toUpperCase(Locale.ROOT)) + plain),
                Functions.map("__ApiId__", event.get("RestApiId"), "__Stage__", "*"));
        var prefix = event.id() + "Permission";
        var id = Functions.alphanumeric(stage) ? prefix + stage : LogicalId.of(prefix, stage);
        return FunctionEvents.permission(id, target, "apigateway.amazonaws.com", arn);
    }

    private static void integrate(Transformation transformation, Event event, EventTarget target,
            Map<String, Object> api, String apiId, String path, String method, String stage) {
        var definition = ApiDefinition.rest(api.get("DefinitionBody"));
        if (definition.hasIntegration(path, method)) {
            throw event.error("API method \"" + method + "\" defined multiple times for path \"" + path + "\".");
        }
        var streamed = "RESPONSE_STREAM".equals(event.get("ResponseTransferMode"));
        var condition = target.passed().get("Condition");
        var uri = uri(transformation.partition, target, streamed);
        var integration = Functions.map("type", "aws_proxy", "httpMethod", "POST",
                "uri", condition == null ? uri : Functions.when(condition, uri),
                "responseTransferMode", streamed ? "STREAM" : null,
                "credentials", credentials(transformation, event.map("Auth"),
                        new Declared(apiId, transformation.resource(apiId))
                        .map("Auth")));
        definition.integrate(path, method, integration, condition, false);
        if (Functions.given(event.get("Auth"))) {
            authorize(transformation, event, api, definition, path, method, stage);
        }
        for (var made : definition.method(path, method)) {
            if (Functions.given(event.get("TimeoutInMillis"))) {
                Trees.map(made.get(ApiDefinition.INTEGRATION)).put("timeoutInMillis", event.get("TimeoutInMillis"));
            }
        }
        if (Functions.given(event.get("RequestModel"))) {
            requestModel(event, api, definition, path, method);
        }
        if (Functions.given(event.get("RequestParameters"))) {
            requestParameters(event, definition, path, method);
        }
    }

    static Map<String, Object> uri(String partition, EventTarget target, boolean streamed) {
        return Functions.sub("arn:" + partition + ":apigateway:${AWS::Region}:lambda:path/"
                + (streamed ? "2021-11-15" : "2015-03-31") + "/functions/" + Functions.shorthand(target.arn())
                + (streamed ? "/response-streaming-invocations" : "/invocations"));
    }

    private static Object credentials(Transformation transformation, Map<String, Object> method,
            Map<String, Object> api) {
        if (!"AWS_IAM".equals(method.get("Authorizer"))
                && !("AWS_IAM".equals(api.get("DefaultAuthorizer")) && method.isEmpty())) {
            return null;
        }
        Object role = method.get("InvokeRole");
        if (!Functions.given(role) && method.containsKey("InvokeRole")) {
            role = "NONE";
        }
        if (!Functions.given(role)) {
            role = !Functions.given(api.get("InvokeRole")) && api.containsKey("InvokeRole") ? "NONE"
                    : api.get("InvokeRole");
        }
        var chosen = Functions.given(role) && !"CALLER_CREDENTIALS".equals(role) ? role
                : "arn:" + transformation.partition + ":iam::*:user/*";
        return "NONE".equals(chosen) ? null : chosen;
    }

    static void authorize(Transformation transformation, Event event, Map<String, Object> api, ApiDefinition definition,
            String path, String method, String stage) {
        var auth = event.map("Auth");
        var apiAuth = Trees.map(transformation.parameters.resolve(api.get("Auth")));
        var authorizers = Trees.map(apiAuth.get("Authorizers"));
        var authorizer = auth.get("Authorizer");
        var place = "on API method [" + method + "] for path [" + path + "]";
        if (Functions.given(authorizer) && !"AWS_IAM".equals(authorizer)) {
            if ("NONE".equals(authorizer)) {
                if (!Functions.given(apiAuth.get("DefaultAuthorizer"))) {
                    throw event.error("Unable to set Authorizer " + place
                            + " because 'NONE' is only a valid value when a"
                            + " DefaultAuthorizer on the API is specified.");
                }
            } else if (authorizers.isEmpty()) {
                throw event.error("Unable to set Authorizer [" + Functions.told(authorizer) + "] " + place
                        + " because the related API does not define any Authorizers.");
            } else if (!(authorizer instanceof String)) {
                throw event.error("Unable to set Authorizer [" + Functions.told(authorizer) + "] " + place
                        + ". The method authorizer must be a string with a corresponding dict entry in "
                        + "the api authorizer.");
            } else if (!Functions.given(authorizers.get(authorizer))) {
                throw event.error("Unable to set Authorizer [" + Functions.told(authorizer) + "] " + place
                        + " because it wasn't defined in the API's Authorizers.");
            }
        }
        var scopes = auth.get("AuthorizationScopes");
        if (Functions.given(scopes) && !Functions.given(authorizer)) {
            throw event.error("AuthorizationScopes works only when Authorizer is set");
        }
        var key = auth.get("ApiKeyRequired");
        if (key != null && !Functions.given(key) && !Functions.given(apiAuth.get("ApiKeyRequired"))) {
            throw event.error("Unable to set ApiKeyRequired [False] " + place
                    + " because the related API does not specify any ApiKeyRequired.");
        }
        for (var made : definition.method(path, method)) {
            var security = ApiDefinition.security(made, path, method);
            if (Functions.given(authorizer)) {
                var name = Trees.text(authorizer);
                var own = Trees.map(authorizers.get(name)).get("AuthorizationScopes");
                security.add(Functions.map(name, scopes != null && authorizers.containsKey(name) ? scopes
                        : own != null ? own : Functions.list()));
                made.put("security", security);
                if (Trees.map(security.get(0)).containsKey("AWS_IAM")) {
                    RestSecurity.addIam(definition);
                }
            }
            if (key != null) {
                if (Functions.given(key)) {
                    RestSecurity.addApiKey(definition);
                }
                security.add(Functions.map(Functions.given(key) ? "api_key" : "api_key_false", Functions.list()));
                made.put("security", security);
            }
        }
        var policy = event.map("Auth").get("ResourcePolicy");
        if (Functions.given(policy)) {
            RestSecurity.addResourcePolicy(definition, Trees.map(policy), path, stage);
        }
    }

    private static void requestModel(Event event, Map<String, Object> api, ApiDefinition definition, String path,
            String method) {
        var request = event.map("RequestModel");
        var model = request.get("Model");
        if (!Functions.given(model)) {
            return;
        }
        var problem = "Unable to set RequestModel [" + Functions.told(model) + "] on API method [" + method
                + "] for path [" + path + "] because ";
        if (!Functions.given(api.get("Models"))) {
            throw event.error(problem + "the related API does not define any Models.");
        }
        if (!(api.get("Models") instanceof Map)) {
            throw event.error(problem + "the related API Models defined is of invalid type.");
        }
        if (!(model instanceof String name)) {
            throw event.error(problem + "the related API does not contain valid Models.");
        }
        if (!Functions.given(Trees.map(api.get("Models")).get(name))) {
            throw event.error(problem + "it wasn't defined in the API's Models.");
        }
        var lower = name.toLowerCase(Locale.ROOT);
        for (var made : definition.method(path, method)) {
            if (definition.document().get("swagger") != null) {
                var parameters = new ArrayList<>(Trees.list(made.get("parameters")));
                parameters.add(Functions.map("in", "body", "name", lower,
                        "schema", Functions.map("$ref", "#/definitions/" + lower), "required",
                        request.get("Required")));
                made.put("parameters", parameters);
            } else {
                made.put("requestBody",
                        Functions.map("content", Functions.map("application/json", Functions.map("schema",
                        Functions.map("$ref", "#/components/schemas/" + lower))), "required", request.get("Required")));
            }
        }
        if (request.get("ValidateBody") != null || request.get("ValidateParameters") != null) {
            if (!(request.getOrDefault("ValidateBody", false) instanceof Boolean body)
                    || !(request.getOrDefault("ValidateParameters", false) instanceof Boolean parameters)) {
                throw event.error("Unable to set Validator to RequestModel [" + model + "] on API method [" + method
                        + "] for path [" + path
                        + "] ValidateBody and ValidateParameters must be a boolean type, strings or"
                        + " intrinsics are not supported.");
            }
            var validator = body ? parameters ? "body-and-params" : "body-only" : parameters ? "params-only"
                    : "no-validation";
            definition.section("x-amazon-apigateway-request-validators").putIfAbsent(validator,
                    Functions.map("validateRequestBody", body, "validateRequestParameters", parameters));
            definition.method(path, method)
                    .forEach(made -> made.put("x-amazon-apigateway-request-validator", validator));
        }
    }

    private static void requestParameters(Event event, ApiDefinition definition, String path, String method) {
        if (!(event.get("RequestParameters") instanceof List<?> given)) {
            throw event.error("Property 'RequestParameters' should be a list.");
        }
        var parameters = new ArrayList<Map<String, Object>>();
        for (var parameter : given) {
            var settings = new LinkedHashMap<String, Object>(Map.of("Required", false, "Caching", false));
            switch (parameter) {
                case String name -> settings.put("Name", name);
                case Map<?, ?> map when !map.isEmpty() -> {
                    var entry = Trees.map(map).entrySet().iterator().next();
                    if (!(entry.getValue() instanceof Map)
                            || !Set.of("Required", "Caching").containsAll(Trees.map(entry.getValue()).keySet())) {
                        throw event.error("Invalid value for 'RequestParameters' property. Values must be an "
                                + "object, e.g { Required: true, Caching: false }");
                    }
                    settings.putAll(Trees.map(entry.getValue()));
                    settings.put("Name", entry.getKey());
                }
                case null, default ->
                        throw event.error("Invalid value for 'RequestParameters' property. Property must be either a"
                        + " string or an object");
            }
            if (!REQUEST_PARAMETER.matcher(Trees.text(settings.get("Name"))).matches()) {
                throw event.error("Invalid value for 'RequestParameters' property. Keys must be in the format"
                        + " 'method.request.[querystring|path|header].{value}', e.g "
                        + "'method.request.header.Authorization'.");
            }
            parameters.add(settings);
        }
        for (var made : definition.method(path, method)) {
            var all = new ArrayList<>(Trees.list(made.get("parameters")));
            for (var settings : parameters) {
                var name = Trees.text(settings.get("Name"));
                var location = name.split("\\.", 4);
                all.add(Functions.map("in", location[2].equals("querystring") ? "query" : location[2], "name",
                        location[3],
                        "required", settings.get("Required"), "type", "string"));
                if (Functions.given(settings.get("Caching"))) {
                    var integration = Trees.map(made.get(ApiDefinition.INTEGRATION));
                    integration.putIfAbsent("cacheKeyParameters", Functions.list());
                    Trees.list(integration.get("cacheKeyParameters")).add(name);
                }
            }
            made.put("parameters", all);
        }
    }
}
