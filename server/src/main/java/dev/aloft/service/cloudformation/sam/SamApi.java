package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.JsonText;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** {@code AWS::Serverless::Api}: a REST API, a deployment that is new whenever the definition is, and a stage. */
final class SamApi {
    private static final Set<String> KNOWN = Set.of(ImplicitApis.MANAGED, "Name", "StageName", "Tags", "PropagateTags",
            "DefinitionBody", "DefinitionUri", "MergeDefinitions", "CacheClusterEnabled", "CacheClusterSize",
            "Variables", "EndpointConfiguration", "MethodSettings", "BinaryMediaTypes", "MinimumCompressionSize",
            "Cors", "Auth", "GatewayResponses", "AccessLogSetting", "CanarySetting", "TracingEnabled", "OpenApiVersion",
            "Models", "Domain", "FailOnWarnings", "Description", "Mode", "DisableExecuteApiEndpoint",
            "ApiKeySourceType", "AlwaysDeploy", "Policy", "SecurityPolicy", "EndpointAccessMode");
    private static final Set<String> CORS =
            Set.of("AllowMethods", "AllowHeaders", "AllowOrigin", "MaxAge", "AllowCredentials");
    private static final Pattern OPENAPI_VERSION = Pattern.compile("[2-3](\\.\\d)(\\.\\d)?");

    private final Transformation transformation;
    private final Declared source;
    private final Map<String, Object> auth;
    private final RestSecurity security;
    private Map<String, Object> body;

    private SamApi(Transformation transformation, Declared source) {
        this.transformation = transformation;
        this.source = source;
        this.auth = Trees.map(transformation.parameters.resolve(source.map("Auth")));
        this.security = new RestSecurity(transformation, source, auth);
    }

    static void transform(Transformation transformation, Declared source) {
        new SamApi(transformation, source).transform();
    }

    private void transform() {
        source.allow(KNOWN);
        if ("".equals(source.get("StageName"))) {
            throw source.error("StageName cannot be empty.");
        }
        if (source.get("StageName") == null) {
            throw source.error("Missing required property 'StageName'.");
        }
        refuse("Domain");
        refuse("MergeDefinitions");
        var resources = new ArrayList<Generated>();
        var api = makeApi();
        resources.add(api);
        var deployment = new Generated(source.id() + "Deployment", "AWS::ApiGateway::Deployment", source.passed())
                .with("RestApiId", api.ref()).with("StageName", source.get("OpenApiVersion") == null ? "Stage" : null);
        var content = body != null ? body : api.properties.get("BodyS3Location");
        if (content != null) {
            var hash = LogicalId.hash(Functions.isTrue(source.get("AlwaysDeploy")) ? UUID.randomUUID().toString()
                    : JsonText.write(content) + "||" + source.get("OpenApiVersion"));
            deployment.id += hash.substring(0, 10);
            deployment.with("Description", "RestApi deployment id: " + hash);
        }
        resources.add(deployment);
        var stage = makeStage(deployment);
        resources.add(stage);
        resources.addAll(security.permissions());
        resources.addAll(new UsagePlan(transformation, source, stage, auth.get("UsagePlan")).make());
        Transformation.propagateTags(resources, source.map("Tags"), Functions.isTrue(source.get("PropagateTags")));
        transformation.add(source, resources);
        transformation.refer(source.id(), "Stage", stage.id);
        transformation.refer(source.id(), "Deployment", deployment.id);
        resources.forEach(resource -> {
            switch (resource.type) {
                case "AWS::ApiGateway::UsagePlan" -> transformation.refer(source.id(), "UsagePlan", resource.id);
                case "AWS::ApiGateway::UsagePlanKey" -> transformation.refer(source.id(), "UsagePlanKey", resource.id);
                case "AWS::ApiGateway::ApiKey" -> transformation.refer(source.id(), "ApiKey", resource.id);
                default -> { }
            }
        });
    }

    private void refuse(String property) {
        if (Functions.given(source.get(property))) {
            throw source.error("The property " + property + " of AWS::Serverless::Api is not built in Aloft.");
        }
    }

    private Generated makeApi() {
        var uri = source.get("DefinitionUri");
        var version = source.get("OpenApiVersion");
        if (Functions.given(uri) && Functions.given(source.get("DefinitionBody"))) {
            throw source.error("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.");
        }
        if (version != null && !OPENAPI_VERSION.matcher(Trees.text(version)).matches()) {
            throw source.error("The OpenApiVersion value must be of the format '3.0.0'.");
        }
        body = Functions.given(source.get("DefinitionBody")) ? source.map("DefinitionBody") : null;
        var api = new Generated(source.id(), "AWS::ApiGateway::RestApi", source.attributes());
        api.dependsOn = source.dependsOn();
        var media = transformation.parameters.resolve(source.get("BinaryMediaTypes"));
        api.with("BinaryMediaTypes", media).with("MinimumCompressionSize", source.get("MinimumCompressionSize"));
        endpoint(api);
        addCors();
        if (!auth.isEmpty()) {
            security.apply(definition("Auth works only with inline Swagger specified in 'DefinitionBody' property.",
                    "Unable to add Auth configuration because 'DefinitionBody' does not contain a valid "
                    + "Swagger definition."));
            postprocess();
        }
        addGatewayResponses();
        if (Functions.given(media) && body != null) {
            body.put("x-amazon-apigateway-binary-media-types", slashes(media));
        }
        addModels();
        api.with("FailOnWarnings", Functions.given(source.get("FailOnWarnings")) ? source.get("FailOnWarnings") : null);
        disableEndpoint();
        if (Functions.given(uri)) {
            api.with("BodyS3Location", bodyLocation(source, uri));
        } else if (body != null) {
            postprocess();
            api.with("Body", body);
        }
        for (var name : List.of("Name", "Description", "Mode", "ApiKeySourceType", "Policy", "SecurityPolicy",
                "EndpointAccessMode")) {
            api.with(name, Functions.given(source.get(name)) ? source.get(name) : null);
        }
        return api;
    }

    static Map<String, Object> bodyLocation(Declared source, Object uri) {
        if (uri instanceof Map<?, ?> map) {
            if (!Functions.given(map.get("Bucket")) || !Functions.given(map.get("Key"))) {
                throw source.error("'DefinitionUri' requires Bucket and Key properties to be specified.");
            }
            return Functions.map("Bucket", map.get("Bucket"), "Key", map.get("Key"), "Version", map.get("Version"));
        }
        var parsed = SamFunction.parsed(uri);
        if (parsed == null) {
            throw source.error("'DefinitionUri' is not a valid S3 Uri of the form 's3://bucket/key' with "
                    + "optional versionId query parameter.");
        }
        return Functions.map("Bucket", parsed[0], "Key", parsed[1], "Version", parsed[2]);
    }

    private void endpoint(Generated api) {
        var given = source.get("EndpointConfiguration");
        if (!Functions.given(given)) {
            if (!transformation.partition.equals("aws")) {
                given = "REGIONAL";
            } else {
                return;
            }
        }
        var map = Trees.map(given);
        if (!Functions.given(map.get("Type"))) {
            api.with("EndpointConfiguration", Functions.map("Types", Functions.list(given)))
                    .with("Parameters", Functions.map("endpointConfigurationTypes", given));
            return;
        }
        if (map.containsKey("VPCEndpointIds") && map.containsKey("VpcEndpointIds")) {
            throw source.error("'VPCEndpointIds' and 'VpcEndpointIds' cannot be used together in "
                    + "EndpointConfiguration.");
        }
        api.with("Parameters", Functions.map("endpointConfigurationTypes", map.get("Type")))
                .with("EndpointConfiguration", Functions.map("Types", Functions.list(map.get("Type")),
                        "VpcEndpointIds", map.getOrDefault("VPCEndpointIds", map.get("VpcEndpointIds")),
                        "IpAddressType", map.get("IpAddressType")));
    }

    private ApiDefinition definition(String withoutBody, String invalid) {
        if (body == null) {
            throw source.error(withoutBody);
        }
        if (!ApiDefinition.isRest(body)) {
            throw source.error(invalid);
        }
        return ApiDefinition.rest(body);
    }

    private void addCors() {
        var cors = source.get("Cors");
        if (!Functions.given(cors)) {
            return;
        }
        Map<String, Object> properties;
        if (cors instanceof String || Functions.isFunction(cors)) {
            properties = Functions.map("AllowOrigin", cors);
        } else if (cors instanceof Map) {
            properties = Trees.map(cors);
            properties.keySet().stream().filter(key -> !CORS.contains(key)).findFirst().ifPresent(key -> {
                throw source.error("Invalid key '" + key + "' for 'Cors' property.");
            });
        } else {
            throw source.error("Invalid value for 'Cors' property");
        }
        var definition = definition("Cors works only with inline Swagger specified in 'DefinitionBody' property.",
                "Unable to add Cors configuration because 'DefinitionBody' does not contain a valid "
                + "Swagger definition.");
        var origin = properties.getOrDefault("AllowOrigin", "'*'");
        var credentials = Boolean.TRUE.equals(properties.get("AllowCredentials"));
        if (credentials && "'*'".equals(origin)) {
            throw source.error("Unable to add Cors configuration because 'AllowCredentials' can not be true "
                    + "when 'AllowOrigin' is \"'*'\" or not set");
        }
        var done = new LinkedHashSet<String>();
        for (var path : definition.paths().keySet()) {
            if (done.add(path.equals("/") ? path : path.replaceAll("/+$", ""))) {
                definition.addCors(path, origin, properties.get("AllowHeaders"), properties.get("AllowMethods"),
                        properties.get("MaxAge"), credentials);
            }
        }
    }

    private void addGatewayResponses() {
        var responses = source.map("GatewayResponses");
        if (responses.isEmpty()) {
            return;
        }
        var definition =
                definition("GatewayResponses works only with inline Swagger specified in 'DefinitionBody' property.",
                "Unable to add Auth configuration because 'DefinitionBody' does not contain a valid "
                + "Swagger definition.");
        var section = definition.section("x-amazon-apigateway-gateway-responses");
        responses.forEach((type, tree) -> {
            if (Functions.isFunction(tree)) {
                throw source.error("Unable to set GatewayResponses attribute because intrinsic functions are not "
                        + "supported for this field.");
            }
            if (!(tree instanceof Map)) {
                throw source.error("Invalid property type for GatewayResponses. Expected an object of type "
                        + "'GatewayResponse'.");
            }
            var response = Trees.map(tree);
            for (var key : response.keySet()) {
                if (!Set.of("ResponseParameters", "ResponseTemplates", "StatusCode").contains(key)) {
                    throw source.error("Invalid property '" + key + "' in 'GatewayResponses' property '" + type + "'.");
                }
            }
            if (response.get("ResponseParameters") != null && !(response.get("ResponseParameters") instanceof Map)) {
                throw source.error("Property 'GatewayResponses." + type + ".ResponseParameters' should be a map.");
            }
            var status = response.get("StatusCode");
            if (Functions.given(status) && !Trees.text(status).matches("[0-9]{1,3}")) {
                throw source.error("Property 'StatusCode' must be numeric");
            }
            section.put(type, Functions.map("responseParameters",
                    responseParameters(Trees.map(response.get("ResponseParameters"))),
                    "responseTemplates", response.get("ResponseTemplates") == null ? Functions.map()
                            : response.get("ResponseTemplates"),
                    "statusCode", status == null ? null : Trees.text(status)));
        });
    }

    private Map<String, Object> responseParameters(Map<String, Object> given) {
        var prefixes = new LinkedHashMap<String, String>();
        prefixes.put("Headers", "gatewayresponse.header.");
        prefixes.put("Paths", "gatewayresponse.path.");
        prefixes.put("QueryStrings", "gatewayresponse.querystring.");
        given.keySet().stream().filter(key -> !prefixes.containsKey(key)).findFirst().ifPresent(key -> {
            throw source.error("Invalid gateway response parameter '" + key + "'");
        });
        var parameters = new LinkedHashMap<String, Object>();
        prefixes.forEach((key, prefix) ->
                Trees.map(given.get(key)).forEach((name, value) -> parameters.put(prefix + name, value)));
        return parameters;
    }

    private static Object slashes(Object media) {
        return switch (media) {
            case String text -> text.replace("~1", "/");
            case List<?> list -> {
                var copy = new ArrayList<>();
                list.forEach(item -> copy.add(slashes(item)));
                yield copy;
            }
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> copy.put(((String) name).replace("~1", "/"), slashes(value)));
                yield copy;
            }
            default -> media;
        };
    }

    private void addModels() {
        var models = source.map("Models");
        if (models.isEmpty()) {
            return;
        }
        var definition = definition("Models works only with inline Swagger specified in 'DefinitionBody' property.",
                "Unable to add Models definitions because 'DefinitionBody' does not contain a valid "
                + "Swagger definition.");
        models.forEach((name, schema) -> {
            if (!(schema instanceof Map)) {
                throw source.error("Invalid value for 'Models' property");
            }
            if (!Functions.given(Trees.map(schema).get("type"))) {
                throw SamError.structure("'Models' schema is missing 'type'.");
            }
            definition.section("definitions").put(name.toLowerCase(Locale.ROOT), schema);
        });
        postprocess();
    }

    private void disableEndpoint() {
        var disable = source.get("DisableExecuteApiEndpoint");
        if (disable == null) {
            return;
        }
        if (body == null) {
            throw source.error("DisableExecuteApiEndpoint works only within 'DefinitionBody' property.");
        }
        var definition = ApiDefinition.rest(body);
        if (ApiDefinition.isVersion3(body.get("openapi"))) {
            if (!(body.get("servers") instanceof List)) {
                body.put("servers", Functions.list(Functions.map()));
            }
            Trees.list(body.get("servers")).forEach(server -> {
                Trees.map(server).putIfAbsent("x-amazon-apigateway-endpoint-configuration", Functions.map());
                Trees.map(Trees.map(server).get("x-amazon-apigateway-endpoint-configuration"))
                        .put("disableExecuteApiEndpoint", disable);
            });
        } else {
            definition.section("x-amazon-apigateway-endpoint-configuration").put("disableExecuteApiEndpoint", disable);
        }
    }

    /** Moves what Swagger 2.0 has elsewhere to where OpenAPI 3 has it. */
    private void postprocess() {
        var version = source.get("OpenApiVersion") != null ? source.get("OpenApiVersion") : body.get("openapi");
        if (body.get("swagger") != null || !ApiDefinition.isVersion3(version)) {
            return;
        }
        move("securityDefinitions", "securitySchemes");
        move("definitions", "schemas");
        Trees.map(body.get("paths")).forEach((path, item) -> {
            if (Trees.map(item).get("options") instanceof Map<?, ?> options) {
                options.remove("produces");
                options.remove("consumes");
                if (Trees.map(Trees.map(options.get("responses")).get("200"))
                        .get("headers") instanceof Map<?, ?> headers) {
                    Trees.map(headers).replaceAll((_, header) -> Functions.map("schema", header));
                }
            }
        });
    }

    private void move(String from, String to) {
        if (Functions.given(body.get(from))) {
            if (!(body.get("components") instanceof Map)) {
                body.put("components", Functions.map());
            }
            Trees.map(body.get("components")).put(to, body.remove(from));
        }
    }

    private Generated makeStage(Generated deployment) {
        var name = source.get("StageName") instanceof String text ? text : "";
        var id = Functions.alphanumeric(name) ? source.id() + name + "Stage"
                : LogicalId.of(source.id() + "Stage", name);
        var stage = new Generated(id, "AWS::ApiGateway::Stage", source.passed())
                .with("RestApiId", Functions.ref(source.id()))
                .with("DeploymentId", deployment.ref()).with("StageName", source.get("StageName"));
        for (var property : List.of("CacheClusterEnabled", "CacheClusterSize", "Variables", "MethodSettings",
                "AccessLogSetting", "CanarySetting", "TracingEnabled")) {
            stage.with(property, source.get(property));
        }
        if (source.get("Tags") != null) {
            stage.with("Tags", Functions.tags(source.map("Tags")));
        }
        return stage;
    }
}
