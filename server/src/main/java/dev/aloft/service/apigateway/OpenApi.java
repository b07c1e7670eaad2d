package dev.aloft.service.apigateway;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A Swagger 2 or OpenAPI 3 definition with API Gateway's extensions.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html">Extensions</a>
 */
record OpenApi(Map<String, Object> document) {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "options", "head");
    private static final String ANY_METHOD = "x-amazon-apigateway-any-method";
    private static final String INTEGRATION = "x-amazon-apigateway-integration";
    private static final int MAX_ALIASES = 50;

    /** One method of one path as it stands in the definition. */
    record Entry(String path, String method, Map<String, Object> definition) {
        Map<String, Object> integration() {
            return map(definition.get(INTEGRATION));
        }
    }

    /**
     * Reads a definition, with the variables that stand for where it is imported.
     *
     * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/import-api-aws-variables.html">AWS
     *     variables for OpenAPI import</a>
     */
    static OpenApi read(byte[] body, Caller caller) {
        return read(new String(body, StandardCharsets.UTF_8)
                .replace("${AWS::AccountId}", caller.account())
                .replace("${AWS::Partition}", "aws")
                .replace("${AWS::Region}", caller.region())
                .getBytes(StandardCharsets.UTF_8));
    }

    /** Reads JSON or YAML. */
    static OpenApi read(byte[] body) {
        Object tree;
        try {
            tree = looksLikeJson(body) ? JsonReader.tree(body) : yaml(body);
        } catch (JsonReader.Malformed | YamlEngineException e) {
            throw new ApiGateway.BadRequestException("Invalid OpenAPI input.");
        }
        if (!(tree instanceof Map<?, ?>) || map(tree).get("swagger") == null && map(tree).get("openapi") == null) {
            throw new ApiGateway.BadRequestException("Invalid OpenAPI input.");
        }
        var api = new OpenApi(map(tree));
        api.refuseWhatIsNotBuilt();
        return api;
    }

    private static boolean looksLikeJson(byte[] body) {
        for (byte b : body) {
            if (b > ' ') {
                return b == '{';
            }
        }
        return false;
    }

    private static Object yaml(byte[] body) {
        var settings = LoadSettings.builder().setMaxAliasesForCollections(MAX_ALIASES)
                .setCodePointLimit(body.length + 1).build();
        return new Load(settings).loadFromString(new String(body, StandardCharsets.UTF_8));
    }

    private void refuseWhatIsNotBuilt() {
        for (var key : List.of(
                "x-amazon-apigateway-request-validator",
                "x-amazon-apigateway-gateway-responses",
                "x-amazon-apigateway-policy",
                "x-amazon-apigateway-minimum-compression-size",
                "security")) {
            var value = document.get(key);
            if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
                throw ApiError.notBuilt("API Gateway's " + key + " at the top of an OpenAPI definition");
            }
        }
    }

    String title() {
        var info = map(document.get("info"));
        return info.get("title") == null ? "" : info.get("title").toString();
    }

    String description() {
        return (String) map(document.get("info")).get("description");
    }

    String version() {
        var version = map(document.get("info")).get("version");
        return version == null ? null : version.toString();
    }

    List<String> binaryMediaTypes() {
        return strings(document.get("x-amazon-apigateway-binary-media-types"));
    }

    Map<String, String> tags() {
        var tags = new LinkedHashMap<String, String>();
        for (var tag : list(document.get("tags"))) {
            if (map(tag).get("x-amazon-apigateway-tag-value") instanceof String value) {
                tags.put((String) map(tag).get("name"), value);
            }
        }
        return tags;
    }

    /** The CORS configuration of an HTTP API, or null. */
    ApiGatewayV2.Cors cors() {
        var cors = map(document.get("x-amazon-apigateway-cors"));
        if (cors.isEmpty()) {
            return null;
        }
        return ApiGatewayV2.Cors.of(c -> c.allowOrigins(strings(cors.get("allowOrigins")))
                .allowMethods(strings(cors.get("allowMethods")))
                .allowHeaders(strings(cors.get("allowHeaders")))
                .exposeHeaders(strings(cors.get("exposeHeaders")))
                .allowCredentials((Boolean) cors.get("allowCredentials"))
                .maxAge(cors.get("maxAge") instanceof Number age ? (Integer) age.intValue() : null));
    }

    List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        map(document.get("paths")).forEach((path, methods) -> map(methods).forEach((method, definition) -> {
            if (method.equals(ANY_METHOD)) {
                entries.add(entry(path, "ANY", map(definition)));
            } else if (METHODS.contains(method)) {
                entries.add(entry(path, method.toUpperCase(Locale.ROOT), map(definition)));
            }
        }));
        return entries;
    }

    private static Entry entry(String path, String method, Map<String, Object> definition) {
        for (var key : List.of("security", "x-amazon-apigateway-auth", "x-amazon-apigateway-request-validator")) {
            var value = definition.get(key);
            boolean open = value == null
                    || value instanceof List<?> list
                    && list.stream().allMatch(each -> map(each).isEmpty() || map(each).containsKey("NONE"))
                    || "NONE".equals(map(value instanceof Map ? value : Map.of()).get("type"));
            if (!open) {
                throw ApiError.notBuilt("API Gateway's " + key + " (" + method + " " + path + ")");
            }
        }
        return new Entry(path, method, definition);
    }

    /** All paths, also those without methods. */
    Set<String> paths() {
        return map(document.get("paths")).keySet();
    }

    static Map<String, String> texts(Object tree) {
        var texts = new LinkedHashMap<String, String>();
        map(tree).forEach((key, value) -> texts.put(key, value == null ? null : value.toString()));
        return texts.isEmpty() ? null : texts;
    }

    static List<?> list(Object tree) {
        return tree instanceof List<?> list ? list : List.of();
    }

    private static List<String> strings(Object tree) {
        var list = list(tree).stream().map(Object::toString).toList();
        return list.isEmpty() ? null : list;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object tree) {
        return tree instanceof Map<?, ?> ? (Map<String, Object>) tree : Map.of();
    }
}
