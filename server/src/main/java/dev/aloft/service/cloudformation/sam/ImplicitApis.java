package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The APIs that exist because events mention none: {@code ServerlessRestApi} and {@code ServerlessHttpApi}. Also gives
 * APIs without a definition an empty one and puts the paths of all events into the definitions that SAM writes itself.
 */
final class ImplicitApis {
    /** Marks an API whose definition SAM writes. */
    static final String MANAGED = "__MANAGE_SWAGGER";

    private record Kind(String eventType, String idProperty, String implicitId, String apiType) {
        boolean isHttp() {
            return eventType.equals("HttpApi");
        }
    }

    private static final Kind REST = new Kind("Api", "RestApiId", "ServerlessRestApi", "AWS::Serverless::Api");
    private static final Kind HTTP = new Kind("HttpApi", "ApiId", "ServerlessHttpApi", "AWS::Serverless::HttpApi");
    private static final Set<String> WITH_EVENTS = Set.of("AWS::Serverless::Function", "AWS::Serverless::StateMachine");

    private final Transformation transformation;
    private final Globals globals;
    private final Kind kind;
    /** By API, path and method: the condition of the function behind it, or null. */
    private final Map<String, Map<String, Map<String, String>>> conditions = new LinkedHashMap<>();
    private final List<Object> deletionPolicies = new ArrayList<>();
    private final List<Object> replacePolicies = new ArrayList<>();

    private ImplicitApis(Transformation transformation, Globals globals, Kind kind) {
        this.transformation = transformation;
        this.globals = globals;
        this.kind = kind;
    }

    /** @param errors what is wrong with functions' events, to which more is added */
    static void apply(Transformation transformation, Globals globals, List<String> errors) {
        transformation.declared().forEach((id, tree) -> {
            var api = new Declared(id, Trees.map(tree));
            var isHttp = api.type().equals(HTTP.apiType());
            if ((isHttp || api.type().equals(REST.apiType())) && !Functions.given(api.get("DefinitionBody"))
                    && !Functions.given(api.get("DefinitionUri"))) {
                api.properties().put("DefinitionBody", isHttp ? ApiDefinition.emptyHttp() : ApiDefinition.emptyRest());
                api.properties().put(MANAGED, true);
            }
        });
        new ImplicitApis(transformation, globals, REST).apply(errors);
        new ImplicitApis(transformation, globals, HTTP).apply(errors);
    }

    private void apply(List<String> errors) {
        var declared = transformation.declared();
        var existing = declared.get(kind.implicitId());
        var implicit = kind.isHttp()
                ? Functions.map("Type", HTTP.apiType(), "Properties", Functions.map(
                        "DefinitionBody", ApiDefinition.emptyHttp(), MANAGED, true))
                : Functions.map("Type", REST.apiType(), "Properties", Functions.map("StageName", "Prod",
                        "DefinitionBody", ApiDefinition.emptyRest(), MANAGED, true));
        declared.put(kind.implicitId(), implicit);
        for (var entry : List.copyOf(declared.entrySet())) {
            var owner = new Declared(entry.getKey(), Trees.map(entry.getValue()));
            if (WITH_EVENTS.contains(owner.type()) && owner.get("Events") instanceof Map) {
                owner.map("Events").forEach((name, tree) -> {
                    var event = Trees.map(tree);
                    if (kind.eventType().equals(event.get("Type"))) {
                        try {
                            register(owner, name, event);
                        } catch (SamError error) {
                            errors.add(error.getMessage());
                        }
                    }
                });
            }
        }
        conditionOfImplicitApi(implicit);
        policy(implicit, "DeletionPolicy", deletionPolicies);
        policy(implicit, "UpdateReplacePolicy", replacePolicies);
        conditionsOfPaths();
        if (Trees.map(Trees.map(Trees.map(implicit.get("Properties")).get("DefinitionBody")).get("paths")).isEmpty()) {
            if (existing == null) {
                declared.remove(kind.implicitId());
            } else {
                declared.put(kind.implicitId(), existing);
            }
        }
    }

    private void register(Declared owner, String name, Map<String, Object> tree) {
        if (tree.get("Properties") != null && !(tree.get("Properties") instanceof Map)) {
            throw SamError.event(owner.id(), name, "Properties should be a map.");
        }
        if (!Functions.given(tree.get("Properties"))) {
            if (!kind.isHttp()) {
                return;
            }
            tree.put("Properties", new LinkedHashMap<String, Object>());
        }
        var event = new Event(owner.type().equals("AWS::Serverless::Function"), owner.id(), name, kind.eventType(),
                Trees.map(tree.get("Properties")));
        propagateTags(owner, event);
        event.properties().putIfAbsent(kind.idProperty(), Functions.ref(kind.implicitId()));
        if (kind.isHttp() && !Functions.given(event.get("Path")) && !Functions.given(event.get("Method"))) {
            event.properties().put("Path", ApiDefinition.DEFAULT_PATH);
            event.properties().put("Method", ApiDefinition.ANY);
        }
        var reference = RestEvents.apiId(event.get(kind.idProperty()));
        var path = text(event, "Path");
        var method = text(event, "Method");
        if (!(reference instanceof String apiId)) {
            throw event.error("Property '" + kind.idProperty() + "' should be a string.");
        }
        var condition = owner.tree().get("Condition");
        conditions.computeIfAbsent(apiId, _ -> new LinkedHashMap<>()).computeIfAbsent(path, _ -> new LinkedHashMap<>())
                .put(method, condition == null ? null : Trees.text(condition));
        if (apiId.equals(kind.implicitId())) {
            deletionPolicies.add(owner.tree().get("DeletionPolicy"));
            replacePolicies.add(owner.tree().get("UpdateReplacePolicy"));
        }
        addPath(event, apiId, path, method);
        if (kind.isHttp() && event.properties().containsKey("RouteSettings")) {
            addRouteSettings(event, apiId, path, method, condition);
        }
    }

    private static String text(Event event, String property) {
        if (event.get(property) == null) {
            throw event.error("Property '" + property + "' is required.");
        }
        if (!(event.get(property) instanceof String text)) {
            throw event.error("Property '" + property + "' should be a string.");
        }
        return text;
    }

    private void propagateTags(Declared owner, Event event) {
        if (event.properties().containsKey(kind.idProperty())) {
            return;
        }
        var global = globals.of(owner.type().substring("AWS::Serverless::".length()));
        var propagate = Functions.given(owner.get("PropagateTags")) ? owner.get("PropagateTags")
                : global.get("PropagateTags");
        var tags = Functions.given(owner.get("Tags")) ? owner.get("Tags") : global.get("Tags");
        if (Functions.given(propagate) && Functions.given(tags)) {
            var api = new Declared(kind.implicitId(), transformation.resource(kind.implicitId()));
            api.properties().putIfAbsent("Tags", new LinkedHashMap<String, Object>());
            api.map("Tags").putAll(Trees.map(tags));
            api.properties().put("PropagateTags", true);
        }
    }

    private void addPath(Event event, String apiId, String path, String method) {
        var resource = transformation.resource(apiId);
        if (resource.isEmpty() || HTTP.apiType().equals(resource.get("Type")) && !kind.isHttp()) {
            throw event.error(kind.idProperty() + " must be a valid reference to an '" + kind.apiType()
                    + "' resource in same template.");
        }
        var api = new Declared(apiId, resource);
        var body = api.get("DefinitionBody");
        if (Functions.isTrue(api.get(MANAGED))
                && (kind.isHttp() ? ApiDefinition.isHttp(body) : ApiDefinition.isRest(body))) {
            definition(body).addPath(path, method);
        }
    }

    private ApiDefinition definition(Object body) {
        return kind.isHttp() ? ApiDefinition.http(body) : ApiDefinition.rest(body);
    }

    private void addRouteSettings(Event event, String apiId, String path, String method, Object condition) {
        var api = new Declared(apiId, transformation.resource(apiId));
        api.properties().putIfAbsent("RouteSettings", new LinkedHashMap<String, Object>());
        var settings = condition == null ? event.map("RouteSettings")
                : Functions.when(condition, event.get("RouteSettings"));
        var route = method.equals(ApiDefinition.ANY) ? path : method.toUpperCase(Locale.ROOT) + " " + path;
        var all = api.map("RouteSettings");
        all.putIfAbsent(route, new LinkedHashMap<String, Object>());
        Trees.map(all.get(route)).putAll(settings);
    }

    /** The implicit API exists on a condition when everything behind it does. */
    private void conditionOfImplicitApi(Map<String, Object> implicit) {
        var all = new LinkedHashSet<String>();
        conditions.getOrDefault(kind.implicitId(), Map.of()).values().forEach(methods -> all.addAll(methods.values()));
        if (all.isEmpty() || all.contains(null)) {
            return;
        }
        if (all.size() == 1) {
            implicit.put("Condition", all.iterator().next());
        } else {
            var name = kind.implicitId() + "Condition";
            implicit.put("Condition", name);
            combine(name, all);
        }
    }

    private static void policy(Map<String, Object> implicit, String name, List<Object> policies) {
        for (var policy : List.of("Retain", "Snapshot", "Delete")) {
            if (policies.contains(policy) && (!policy.equals("Snapshot") || name.equals("UpdateReplacePolicy"))) {
                implicit.put(name, policy);
                return;
            }
        }
    }

    private void conditionsOfPaths() {
        transformation.declared().forEach((id, tree) -> {
            var api = new Declared(id, Trees.map(tree));
            if (!api.type().equals(kind.apiType()) || !Functions.isTrue(api.get(MANAGED))) {
                return;
            }
            var definition = definition(api.get("DefinitionBody"));
            for (var path : List.copyOf(definition.paths().keySet())) {
                var all = new HashSet<>(conditions.getOrDefault(id, Map.of()).getOrDefault(path, Map.of()).values());
                if (all.isEmpty() || all.contains(null)) {
                    continue;
                }
                var name = all.size() == 1 ? all.iterator().next()
                        : id + path.replace("/", "SLASH").replace("{", "OB").replace("}", "CB") + "PathCondition";
                if (all.size() > 1) {
                    combine(name, all);
                }
                definition.makeConditional(path, name);
            }
        });
    }

    /** Adds a condition that holds where one of these does; Fn::Or takes ten, so longer ones are chained. */
    private void combine(String name, Set<String> parts) {
        var open = new ArrayList<>(new TreeSet<>(parts));
        int more = (open.size() - 2) / 9;
        while (open.size() > 1) {
            var chunk = new ArrayList<>(open.subList(0, Math.min(10, open.size())));
            open.subList(0, chunk.size()).clear();
            var made = more > 0 ? name + more : name;
            more--;
            open.add(made);
            var list = new ArrayList<>();
            chunk.forEach(part -> list.add(Functions.map("Condition", part)));
            transformation.conditions().put(made, Functions.map("Fn::Or", list));
        }
    }
}
