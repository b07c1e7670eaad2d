package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code AWS::Serverless::HttpApi}: an HTTP API and its stage, which deploys by itself. */
final class SamHttpApi {
    private static final Set<String> KNOWN = Set.of(ImplicitApis.MANAGED, "Name", "StageName", "Tags", "PropagateTags",
            "DefinitionBody", "DefinitionUri", "StageVariables", "CorsConfiguration", "AccessLogSettings",
            "DefaultRouteSettings", "Auth", "RouteSettings", "Domain", "FailOnWarnings", "Description",
            "DisableExecuteApiEndpoint");
    private static final Set<String> AUTH = Set.of("Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer");
    private static final String AUTHORIZER = "x-amazon-apigateway-authorizer";

    /** SAM's name and OpenAPI's for the members of a CORS configuration. */
    private static final Map<String, String> CORS = new LinkedHashMap<>();

    static {
        CORS.put("AllowOrigins", "allowOrigins");
        CORS.put("AllowHeaders", "allowHeaders");
        CORS.put("AllowMethods", "allowMethods");
        CORS.put("ExposeHeaders", "exposeHeaders");
        CORS.put("MaxAge", "maxAge");
        CORS.put("AllowCredentials", "allowCredentials");
    }

    private final Transformation transformation;
    private final Declared source;
    private Map<String, Object> body;

    private SamHttpApi(Transformation transformation, Declared source) {
        this.transformation = transformation;
        this.source = source;
    }

    static void transform(Transformation transformation, Declared source) {
        new SamHttpApi(transformation, source).transform();
    }

    private void transform() {
        source.allow(KNOWN);
        if (Functions.given(source.get("Domain"))) {
            throw source.error("The property Domain of AWS::Serverless::HttpApi is not built in Aloft.");
        }
        var uri = source.get("DefinitionUri");
        body = Functions.given(source.get("DefinitionBody")) ? source.map("DefinitionBody") : null;
        if (Functions.given(uri) && body != null) {
            throw source.error("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.");
        }
        var resources = new ArrayList<Generated>();
        var api = new Generated(source.id(), "AWS::ApiGatewayV2::Api", source.attributes());
        api.dependsOn = source.dependsOn();
        addCors();
        addAuth();
        var tags = addTags();
        api.with("FailOnWarnings", Functions.given(source.get("FailOnWarnings")) ? source.get("FailOnWarnings") : null);
        disableEndpoint();
        addTitle();
        addDescription();
        if (Functions.given(source.get("FailOnWarnings")) && body != null) {
            var paths = Trees.map(body.get("paths"));
            if (paths.containsKey(ApiDefinition.DEFAULT_PATH)) {
                paths.put("/" + ApiDefinition.DEFAULT_PATH, paths.remove(ApiDefinition.DEFAULT_PATH));
            }
        }
        if (Functions.given(uri)) {
            api.with("BodyS3Location", SamApi.bodyLocation(source, uri));
        } else if (body != null) {
            api.with("Body", body);
        } else {
            throw source.error("'DefinitionUri' or 'DefinitionBody' are required properties of an "
                    + "'AWS::Serverless::HttpApi'. Add a value for one of these properties or add a 'HttpApi' event "
                    + "to an 'AWS::Serverless::Function'.");
        }
        resources.add(api);
        resources.addAll(permissions());
        var stage = makeStage(tags);
        resources.add(stage);
        transformation.add(source, resources);
        transformation.refer(source.id(), "Stage", stage.id);
    }

    private ApiDefinition definition(String withoutBody, String invalid) {
        if (body == null) {
            throw source.error(withoutBody);
        }
        if (!ApiDefinition.isHttp(body)) {
            throw source.error(invalid);
        }
        return ApiDefinition.http(body);
    }

    private void addCors() {
        var cors = transformation.parameters.resolve(source.get("CorsConfiguration"));
        if (!Functions.given(cors)) {
            return;
        }
        var definition = definition("Cors works only with inline OpenApi specified in 'DefinitionBody' property.",
                "Unable to add Cors configuration because 'DefinitionBody' does not contain a valid "
                + "OpenApi definition.");
        var section = definition.section("x-amazon-apigateway-cors");
        if (cors instanceof Boolean) {
            section.put("allowOrigins", Functions.list("*"));
            return;
        }
        if (Functions.isFunction(cors)) {
            section.putAll(Trees.map(openApiNames(cors)));
            return;
        }
        if (!(cors instanceof Map)) {
            throw source.error("Invalid value for 'Cors' property.");
        }
        var properties = Trees.map(cors);
        properties.keySet().stream().filter(key -> !CORS.containsKey(key)).findFirst().ifPresent(key -> {
            throw source.error("Invalid key '" + key + "' for 'Cors' property.");
        });
        if (Boolean.TRUE.equals(properties.get("AllowCredentials"))
                && List.of("*").equals(properties.get("AllowOrigins"))) {
            throw source.error("Unable to add Cors configuration because 'AllowCredentials' can not be true "
                    + "when 'AllowOrigin' is \"'*'\" or not set.");
        }
        CORS.forEach((name, openApi) -> {
            var value = properties.get(name);
            if (name.equals("MaxAge") ? value != null : name.equals("AllowCredentials") ? Boolean.TRUE.equals(value)
                    : Functions.given(value)) {
                section.put(openApi, value);
            }
        });
    }

    /** A configuration inside a function keeps its form, with OpenAPI's names. */
    private static Object openApiNames(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> copy.put(CORS.getOrDefault(name, (String) name), openApiNames(value)));
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<>();
                list.forEach(item -> copy.add(openApiNames(item)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    private void addAuth() {
        var auth = source.map("Auth");
        if (auth.isEmpty()) {
            return;
        }
        var definition = definition("Auth works only with inline OpenApi specified in the 'DefinitionBody' property.",
                "Unable to add Auth configuration because 'DefinitionBody' does not contain a valid "
                + "OpenApi definition.");
        if (!AUTH.containsAll(auth.keySet())) {
            throw source.error("Invalid value for 'Auth' property");
        }
        var authorizers = authorizers();
        var schemes = new LinkedHashMap<String, Object>();
        if (Boolean.TRUE.equals(auth.get("EnableIamAuthorizer"))) {
            schemes.put("AWS_IAM", Functions.map("type", "apiKey", "name", "Authorization", "in", "header",
                    "x-amazon-apigateway-authtype", "awsSigv4"));
        }
        authorizers.forEach((name, authorizer) -> schemes.put(name, describe(name, Trees.map(authorizer))));
        if (!schemes.isEmpty()) {
            if (!(definition.section("components").get("securitySchemes") instanceof Map)) {
                definition.section("components").put("securitySchemes", Functions.map());
            }
            Trees.map(definition.section("components").get("securitySchemes")).putAll(schemes);
        }
        var byDefault = auth.get("DefaultAuthorizer");
        if (!Functions.given(byDefault) || Functions.isNoValue(byDefault)) {
            return;
        }
        if (!(byDefault instanceof String name)) {
            throw source.error("Property 'Auth.DefaultAuthorizer' should be a string.");
        }
        if (!schemes.containsKey(name)) {
            throw source.error("Unable to set DefaultAuthorizer because '" + name
                    + "' was not defined in 'Authorizers'.");
        }
        var scopes = Trees.map(authorizers.get(name)).get("AuthorizationScopes");
        for (var path : definition.paths().keySet()) {
            for (var method : definition.methods(path)) {
                if (!method.name().equals("options") && !Functions.given(method.definition().get("security"))) {
                    method.definition().put("security", Functions.list(Functions.map(name,
                            scopes == null ? Functions.list() : scopes)));
                }
            }
        }
    }

    private Map<String, Object> authorizers() {
        var authorizers = source.map("Auth").get("Authorizers");
        if (authorizers != null && !(authorizers instanceof Map)) {
            throw source.error("Property 'Auth.Authorizers' should be a map.");
        }
        Trees.map(authorizers).forEach((name, authorizer) -> {
            if (!(authorizer instanceof Map)) {
                throw source.error("Property 'Auth.Authorizers." + name + "' should be a map.");
            }
            if (Trees.map(authorizer).containsKey("OpenIdConnectUrl")) {
                throw source.error("'OpenIdConnectUrl' is no longer a supported property for authorizer '" + name
                        + "'. Please refer to the AWS SAM documentation.");
            }
        });
        return Trees.map(authorizers);
    }

    private Map<String, Object> describe(String name, Map<String, Object> authorizer) {
        if (Functions.given(authorizer.get("JwtConfiguration"))) {
            if (!Functions.given(authorizer.get("IdentitySource"))) {
                throw source.error(name + " OAuth2 Authorizer must define 'IdentitySource'.");
            }
            if (!(authorizer.get("JwtConfiguration") instanceof Map)) {
                throw source.error("Property 'JwtConfiguration' should be a map.");
            }
            var configuration = new LinkedHashMap<String, Object>();
            Trees.map(authorizer.get("JwtConfiguration"))
                    .forEach((key, value) -> configuration.put(key.toLowerCase(Locale.ROOT), value));
            return Functions.map("type", "oauth2", AUTHORIZER, Functions.map("jwtConfiguration", configuration,
                    "identitySource", authorizer.get("IdentitySource"), "type", "jwt"));
        }
        for (var property : List.of("AuthorizationScopes", "IdentitySource")) {
            if (authorizer.get(property) != null) {
                throw source.error(property + " is only supported for OAuth2 Authorizer"
                        + (property.equals("IdentitySource")
                                ? ". For Lambda Authorizer, use the 'Identity' property instead." : "."));
            }
        }
        for (var property : List.of("FunctionArn", "AuthorizerPayloadFormatVersion")) {
            if (!Functions.given(authorizer.get(property))) {
                throw source.error(name + " Lambda Authorizer must define '" + property + "'.");
            }
        }
        var identity = Trees.map(authorizer.get("Identity"));
        var role = authorizer.get("FunctionInvokeRole");
        return Functions.map("type", "apiKey", "name", "Unused", "in", "header", AUTHORIZER,
                Functions.map("type", "request",
                "authorizerUri", Functions.sub("arn:" + transformation.partition
                        + ":apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations",
                        Functions.map("__FunctionArn__", authorizer.get("FunctionArn"))),
                "authorizerCredentials", Functions.given(role) && !"NONE".equals(role) ? role : null,
                "authorizerResultTtlInSeconds", identity.get("ReauthorizeEvery"),
                "identitySource", identity.isEmpty() ? null : sources(identity),
                "authorizerPayloadFormatVersion", authorizer.get("AuthorizerPayloadFormatVersion"),
                "enableSimpleResponses", Functions.given(authorizer.get("EnableSimpleResponses"))
                        ? authorizer.get("EnableSimpleResponses") : null));
    }

    private static List<Object> sources(Map<String, Object> identity) {
        var sources = Functions.list();
        var prefixes = new LinkedHashMap<String, String>();
        prefixes.put("Headers", "$request.header.");
        prefixes.put("QueryStrings", "$request.querystring.");
        prefixes.put("StageVariables", "$stageVariables.");
        prefixes.put("Context", "$context.");
        prefixes.forEach((key, prefix) ->
                Trees.list(identity.get(key)).forEach(name -> sources.add(prefix + Trees.text(name))));
        return sources;
    }

    private Map<String, Object> addTags() {
        var given = source.map("Tags");
        if (body == null) {
            if (!given.isEmpty()) {
                throw source.error("Tags works only with inline OpenApi specified in the 'DefinitionBody' property.");
            }
            return given;
        }
        if (!ApiDefinition.isHttp(body)) {
            if (!given.isEmpty()) {
                throw source.error("Unable to add `Tags` because 'DefinitionBody' does not contain a valid "
                        + "OpenApi definition.");
            }
            return given;
        }
        var tags = new LinkedHashMap<>(given);
        tags.put("httpapi:createdBy", "SAM");
        if (body.get("tags") == null) {
            body.put("tags", Functions.list());
        }
        if (!(body.get("tags") instanceof List)) {
            throw SamError.structure("Tags in OpenApi DefinitionBody needs to be a list.");
        }
        var list = Trees.list(body.get("tags"));
        tags.forEach((name, value) -> {
            var existing = list.stream().filter(tag -> name.equals(Trees.map(tag).get("name"))).findFirst();
            if (existing.isPresent()) {
                Trees.map(existing.get()).put("x-amazon-apigateway-tag-value", value);
            } else {
                list.add(Functions.map("name", name, "x-amazon-apigateway-tag-value", value));
            }
        });
        return tags;
    }

    private void disableEndpoint() {
        var disable = source.get("DisableExecuteApiEndpoint");
        if (disable == null) {
            return;
        }
        if (body == null) {
            throw source.error("DisableExecuteApiEndpoint works only within 'DefinitionBody' property.");
        }
        if (!(body.get("servers") instanceof List)) {
            body.put("servers", Functions.list(Functions.map()));
        }
        for (var server : Trees.list(body.get("servers"))) {
            Trees.map(server).putIfAbsent("x-amazon-apigateway-endpoint-configuration", Functions.map());
            Trees.map(Trees.map(server).get("x-amazon-apigateway-endpoint-configuration"))
                    .put("disableExecuteApiEndpoint", disable);
        }
    }

    private void addTitle() {
        var name = source.get("Name");
        if (!Functions.given(name)) {
            return;
        }
        if (body == null) {
            throw source.error("Name works only with inline OpenApi specified in the 'DefinitionBody' property.");
        }
        var info = Trees.map(body.get("info"));
        if (!Functions.ref("AWS::StackName").equals(info.get("title"))) {
            throw source.error("Unable to set Name because it is already defined within inline OpenAPI specified in the"
                    + " 'DefinitionBody' property.");
        }
        info.put("title", name);
    }

    private void addDescription() {
        var description = source.get("Description");
        if (!Functions.given(description)) {
            return;
        }
        if (body == null) {
            throw source.error("Description works only with inline OpenApi specified in the "
                    + "'DefinitionBody' property.");
        }
        var info = ApiDefinition.http(body).section("info");
        if (Functions.given(info.get("description"))) {
            throw source.error("Unable to set Description because it is already defined within inline "
                    + "OpenAPI specified in the 'DefinitionBody' property.");
        }
        info.put("description", description);
    }

    private List<Generated> permissions() {
        var permissions = new ArrayList<Generated>();
        authorizers().forEach((name, tree) -> {
            var authorizer = Trees.map(tree);
            if (Functions.given(authorizer.get("FunctionArn"))
                    && Functions.given(authorizer.get("EnableFunctionDefaultPermissions"))) {
                permissions.add(new Generated(source.id() + name + "AuthorizerPermission", "AWS::Lambda::Permission",
                        source.passed()).with("Action", "lambda:InvokeFunction")
                        .with("FunctionName", authorizer.get("FunctionArn"))
                        .with("Principal", "apigateway.amazonaws.com")
                        .with("SourceArn", Functions.sub(Functions.arn("${AWS::Partition}", "execute-api",
                                "${__ApiId__}/authorizers/*"), Functions.map("__ApiId__",
                                Functions.ref(source.id())))));
            }
        });
        return permissions;
    }

    private Generated makeStage(Map<String, Object> tags) {
        var given = Functions.given(source.get("StageName")) ? source.get("StageName") : ApiDefinition.DEFAULT_PATH;
        var name = given instanceof String text ? text : "";
        var id = Functions.alphanumeric(name) ? source.id() + name + "Stage"
                : name.equals(ApiDefinition.DEFAULT_PATH) ? source.id() + "ApiGatewayDefaultStage"
                : LogicalId.of(source.id() + "Stage", name);
        return new Generated(id, "AWS::ApiGatewayV2::Stage", source.passed()).with("ApiId", Functions.ref(source.id()))
                .with("StageName", given).with("StageVariables", source.get("StageVariables"))
                .with("AccessLogSettings", source.get("AccessLogSettings"))
                .with("DefaultRouteSettings", source.get("DefaultRouteSettings"))
                .with("Tags", tags.isEmpty() ? null : tags).with("AutoDeploy", true)
                .with("RouteSettings", source.get("RouteSettings") == null ? null : source.map("RouteSettings"));
    }
}
