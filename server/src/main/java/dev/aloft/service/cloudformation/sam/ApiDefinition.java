package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The OpenAPI document of an API, edited in place: Swagger 2.0 for REST APIs, OpenAPI 3 for HTTP APIs. */
final class ApiDefinition {
    static final String INTEGRATION = "x-amazon-apigateway-integration";
    static final String ANY = "x-amazon-apigateway-any-method";
    static final String DEFAULT_PATH = "$default";

    private static final Pattern VERSION_3 = Pattern.compile("3(\\.\\d)(\\.\\d)?");
    private static final Pattern LABEL = Pattern.compile("\\{([a-zA-Z0-9._-]+|[a-zA-Z0-9._-]+\\+|proxy\\+)}");
    private static final List<String> NO_METHODS = List.of("summary", "description", "parameters");

    /** One method of a path, of one branch where it is conditional. */
    record Method(String name, Map<String, Object> definition) {
    }

    private final Map<String, Object> document;

    private ApiDefinition(Map<String, Object> document) {
        this.document = document;
    }

    static Map<String, Object> emptyRest() {
        return Functions.map("swagger", "2.0", "info", info(), "paths", Functions.map());
    }

    static Map<String, Object> emptyHttp() {
        return Functions.map("openapi", "3.0.1", "info", info(), "paths", Functions.map());
    }

    private static Map<String, Object> info() {
        return Functions.map("version", "1.0", "title", Functions.ref("AWS::StackName"));
    }

    static boolean isVersion3(Object version) {
        return version != null && VERSION_3.matcher(Trees.text(version)).matches();
    }

    static boolean isRest(Object tree) {
        var document = Trees.map(tree);
        return document.get("paths") instanceof Map
                && (Functions.given(document.get("swagger")) || isVersion3(document.get("openapi")));
    }

    static boolean isHttp(Object tree) {
        var document = Trees.map(tree);
        return document.get("paths") instanceof Map && isVersion3(document.get("openapi"));
    }

    static ApiDefinition rest(Object tree) {
        if (!isRest(tree)) {
            throw SamError.structure("Invalid Swagger document or the Swagger document is not"
                    + " explicitly defined in 'DefinitionBody'.");
        }
        return checked(tree);
    }

    static ApiDefinition http(Object tree) {
        if (!isHttp(tree)) {
            throw SamError.structure("Invalid OpenApi document. Invalid values or missing keys for"
                    + " 'openapi' or 'paths' in 'DefinitionBody'.");
        }
        return checked(tree);
    }

    private static ApiDefinition checked(Object tree) {
        var definition = new ApiDefinition(Trees.map(tree));
        definition.paths().keySet().forEach(definition::items);
        return definition;
    }

    Map<String, Object> document() {
        return document;
    }

    Map<String, Object> paths() {
        return Trees.map(document.get("paths"));
    }

    /** A member of the document that is a map, made where it is missing. */
    Map<String, Object> section(String name) {
        if (!(document.get(name) instanceof Map)) {
            if (document.get(name) != null) {
                throw SamError.structure("" + name + " must be a dictionary.");
            }
            document.put(name, new LinkedHashMap<String, Object>());
        }
        return Trees.map(document.get(name));
    }

    static String method(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("any") ? ANY : lower;
    }

    /** A path with {@code *} for each label, as permissions have it. */
    static String wildcards(String path) {
        return LABEL.matcher(path).replaceAll("*");
    }

    /** The path's item, or its branches where it is conditional. */
    List<Map<String, Object>> items(String path) {
        var items = new ArrayList<Map<String, Object>>();
        for (var item : Functions.alternatives(paths().get(path))) {
            if (!(item instanceof Map)) {
                throw SamError.structure("Value of '" + path
                        + "' path must be a dictionary according to Swagger spec.");
            }
            items.add(Trees.map(item));
        }
        return items;
    }

    private static List<Map<String, Object>> definitions(Object method, String path, String name) {
        var definitions = new ArrayList<Map<String, Object>>();
        for (var definition : Functions.alternatives(method)) {
            if (!(definition instanceof Map)) {
                throw SamError.structure("Definition of method '" + name + "' for path '" + path
                        + "' should be a map.");
            }
            definitions.add(Trees.map(definition));
        }
        return definitions;
    }

    /** All methods of a path that have an integration. */
    List<Method> methods(String path) {
        var methods = new ArrayList<Method>();
        for (var item : items(path)) {
            item.forEach((name, method) -> {
                if (!NO_METHODS.contains(name)) {
                    for (var definition : definitions(method, path, name)) {
                        if (Functions.given(definition.get(INTEGRATION))) {
                            methods.add(new Method(method(name), definition));
                        }
                    }
                }
            });
        }
        return methods;
    }

    /** The definitions of one method that have an integration. */
    List<Map<String, Object>> method(String path, String name) {
        var found = new ArrayList<Map<String, Object>>();
        for (var item : items(path)) {
            for (var definition : definitions(item.get(method(name)), path, name)) {
                if (Functions.given(definition.get(INTEGRATION))) {
                    found.add(definition);
                }
            }
        }
        return found;
    }

    void addPath(String path, String method) {
        paths().putIfAbsent(path, new LinkedHashMap<String, Object>());
        items(path).forEach(item -> {
            if (item.get(method(method)) == null) {
                item.put(method(method), new LinkedHashMap<String, Object>());
            }
        });
    }

    void makeConditional(String path, String condition) {
        paths().put(path, Functions.when(condition, paths().get(path)));
    }

    boolean hasIntegration(String path, String method) {
        if (!paths().containsKey(path)) {
            return false;
        }
        return items(path).stream().allMatch(item -> item.get(method(method)) != null
                && definitions(item.get(method(method)), path, method).stream()
                        .anyMatch(definition -> Functions.given(definition.get(INTEGRATION))));
    }

    /** Sets the integration of a method; conditional where what it calls is. */
    void integrate(String path, String method, Map<String, Object> integration, Object condition, boolean isDefault) {
        addPath(path, method);
        for (var item : items(path)) {
            var definition = Trees.map(item.get(method(method)));
            definition.put(INTEGRATION, Trees.copy(integration));
            if (isDefault) {
                definition.put("isDefaultRoute", true);
            }
            definition.putIfAbsent("responses", new LinkedHashMap<String, Object>());
            if (condition != null) {
                item.put(method(method), Functions.when(condition, definition));
            }
        }
    }

    static List<Object> security(Map<String, Object> definition, String path, String name) {
        if (definition.get("security") != null && !(definition.get("security") instanceof List)) {
            throw SamError.structure("Type of security for path " + path + " method " + name
                    + " must be a list");
        }
        return new ArrayList<>(Trees.list(definition.get("security")));
    }

    /** An OPTIONS method that answers CORS preflights, on each branch of a path that has none. */
    void addCors(String path, Object origin, Object headers, Object methods, Object maxAge, boolean credentials) {
        for (var item : items(path)) {
            if (item.containsKey("options")) {
                continue;
            }
            var allowed = methods != null && !"".equals(methods) ? methods
                    : "'" + String.join(",", methodNames(item)) + "'";
            item.put("options", preflight(origin, headers, allowed, maxAge, credentials));
        }
    }

    private static TreeSet<String> methodNames(Map<String, Object> item) {
        if (item.containsKey(ANY)) {
            return new TreeSet<>(List.of("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"));
        }
        var names = new TreeSet<>(List.of("OPTIONS"));
        item.keySet().forEach(name -> names.add(name.toUpperCase(Locale.ROOT)));
        return names;
    }

    private static Map<String, Object> preflight(Object origin, Object headers, Object methods, Object maxAge,
            boolean credentials) {
        var parameters = new LinkedHashMap<String, Object>();
        var described = new LinkedHashMap<String, Object>();
        header(parameters, described, "Access-Control-Allow-Origin", origin, "string");
        header(parameters, described, "Access-Control-Allow-Headers", headers, "string");
        header(parameters, described, "Access-Control-Allow-Methods", methods, "string");
        header(parameters, described, "Access-Control-Max-Age", maxAge, "integer");
        header(parameters, described, "Access-Control-Allow-Credentials", credentials ? "'true'" : null, "string");
        return Functions.map("summary", "CORS support", "consumes", Functions.list("application/json"),
                "produces", Functions.list("application/json"),
                INTEGRATION, Functions.map("type", "mock",
                        "requestTemplates", Functions.map("application/json", "{\n  \"statusCode\" : 200\n}\n"),
                        "responses", Functions.map("default", Functions.map("statusCode", "200",
                                "responseParameters", parameters,
                                "responseTemplates", Functions.map("application/json", "{}\n")))),
                "responses", Functions.map("200", Functions.map("description", "Default response for CORS method",
                        "headers", described)));
    }

    private static void header(Map<String, Object> parameters, Map<String, Object> described, String name, Object value,
            String type) {
        if (value != null && !"".equals(value)) {
            parameters.put("method.response.header." + name, value);
            described.put(name, Functions.map("type", type));
        }
    }
}
