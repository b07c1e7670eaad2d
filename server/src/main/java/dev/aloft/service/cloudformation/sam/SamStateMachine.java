package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** {@code AWS::Serverless::StateMachine}: a state machine, its role, version and alias, and what its events need. */
final class SamStateMachine {
    private static final Set<String> KNOWN = Set.of("Definition", "DefinitionUri", "Logging", "Role", "RolePath",
            "DefinitionSubstitutions", "Events", "Name", "Type", "Tags", "PropagateTags", "Policies", "Tracing",
            "PermissionsBoundary", "AutoPublishAlias", "DeploymentPreference", "UseAliasAsEventTarget");
    private static final List<String> CALL = List.of("Input", "InputPath", "RetryPolicy", "InputTransformer");
    private static final Pattern DYNAMIC = Pattern.compile("\\{\\{resolve:[^{}]+}}");

    private final Transformation transformation;
    private final Declared source;
    private final Generated machine;
    private final List<Generated> resources = new ArrayList<>();

    private SamStateMachine(Transformation transformation, Declared source) {
        this.transformation = transformation;
        this.source = source;
        this.machine = new Generated(source.id(), "AWS::StepFunctions::StateMachine", source.attributes());
    }

    static void transform(Transformation transformation, Declared source) {
        new SamStateMachine(transformation, source).transform();
    }

    private void transform() {
        source.allow(KNOWN);
        machine.dependsOn = source.dependsOn();
        resources.add(machine);
        define();
        var tags = Functions.tags(Functions.map("stateMachine:createdBy", "SAM"));
        tags.addAll(Functions.tags(source.map("Tags")));
        machine.with("RoleArn", role(tags)).with("StateMachineName", source.get("Name"))
                .with("StateMachineType", source.get("Type")).with("LoggingConfiguration", source.get("Logging"))
                .with("TracingConfiguration", source.get("Tracing")).with("Tags", tags);
        var target = alias();
        source.map("Events").forEach((name, tree) -> {
            if (!(tree instanceof Map)) {
                throw SamError.event(source.id(), name, "Event should be a map.");
            }
            make(new Event(false, source.id(), name, Trees.text(Trees.map(tree).get("Type")),
                    Trees.map(Trees.map(tree).get("Properties"))), target);
        });
        Transformation.propagateTags(resources, source.map("Tags"), Functions.isTrue(source.get("PropagateTags")));
        transformation.add(source, resources);
    }

    private void define() {
        var definition = source.map("Definition");
        var uri = source.get("DefinitionUri");
        var substitutions = new LinkedHashMap<>(source.map("DefinitionSubstitutions"));
        if (!definition.isEmpty() && Functions.given(uri)) {
            throw source.error("Specify either 'Definition' or 'DefinitionUri' property and not both.");
        }
        if (!definition.isEmpty()) {
            var lines = pretty(substituted(definition, substitutions), "").split("\n");
            machine.with("DefinitionString",
                    Functions.map("Fn::Join", Functions.list("\n", Functions.list((Object[]) lines))));
        } else if (Functions.given(uri)) {
            machine.with("DefinitionS3Location", SamApi.bodyLocation(source, uri));
        } else {
            throw source.error("Either 'Definition' or 'DefinitionUri' property must be specified.");
        }
        machine.with("DefinitionSubstitutions", substitutions.isEmpty() ? null : substitutions);
    }

    /** Functions cannot stand in the definition's text: each becomes a substitution. */
    private static Object substituted(Object tree, Map<String, Object> substitutions) {
        if (Functions.isFunction(tree) || tree instanceof String text && DYNAMIC.matcher(text).find()) {
            var name = "definition_substitution_" + (1 + substitutions.keySet().stream()
                    .filter(key -> key.startsWith("definition_substitution_")).count());
            substitutions.put(name, tree);
            return "${" + name + "}";
        }
        return switch (tree) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                new TreeMap<>(Trees.map(map))
                        .forEach((name, value) -> copy.put(name, substituted(value, substitutions)));
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<>();
                list.forEach(item -> copy.add(substituted(item, substitutions)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    /** JSON with sorted names and four spaces. */
    private static String pretty(Object tree, String indent) {
        var inner = indent + "    ";
        return switch (tree) {
            case Map<?, ?> map when !map.isEmpty() ->
                    "{\n" + String.join(",\n", new TreeMap<>(Trees.map(map)).entrySet().stream()
                    .map(e -> inner + LogicalId.quoted(e.getKey()) + ": " + pretty(e.getValue(), inner))
                    .toList()) + "\n" + indent + "}";
            case Map<?, ?> _ -> "{}";
            case List<?> list when !list.isEmpty() -> "[\n" + String.join(",\n", list.stream()
                    .map(item -> inner + pretty(item, inner)).toList()) + "\n" + indent + "]";
            case List<?> _ -> "[]";
            case null -> "null";
            case Number _, Boolean _ -> Trees.text(tree);
            default -> LogicalId.quoted(tree.toString());
        };
    }

    private Object role(List<Object> tags) {
        if (Functions.given(source.get("Role"))) {
            if (Functions.given(source.get("Policies"))) {
                throw source.error("Specify either 'Role' or 'Policies' (but not both at the same time) "
                        + "or neither of them");
            }
            return source.get("Role");
        }
        var managed = Functions.list();
        if (Boolean.TRUE.equals(source.map("Tracing").get("Enabled"))) {
            managed.add(Policies.arn(transformation.partition,
                    transformation.partition.equals("aws") ? "AWSXrayWriteOnlyAccess" : "AWSXRayDaemonWriteAccess"));
        }
        var role = Role.of(source, Role.trust("states.amazonaws.com"), managed, List.of(),
                transformation.partition, tags);
        resources.add(role);
        return role.arn();
    }

    /** What events start: the alias where one is published and wanted, else the machine. */
    private Generated alias() {
        var name = source.get("AutoPublishAlias");
        var preference = source.map("DeploymentPreference");
        if (!Functions.given(name)) {
            if (Functions.isTrue(source.get("UseAliasAsEventTarget"))) {
                throw source.error("'UseAliasAsEventTarget' requires 'AutoPublishAlias' property to be specified.");
            }
            if (!preference.isEmpty()) {
                throw source.error("'DeploymentPreference' requires 'AutoPublishAlias' property to be specified.");
            }
            return machine;
        }
        var version = new Generated(source.id() + "Version", "AWS::StepFunctions::StateMachineVersion", source.passed())
                .with("StateMachineArn", machine.ref())
                .with("StateMachineRevisionId", Functions.getAtt(machine.id, "StateMachineRevisionId"));
        version.attributes.putIfAbsent("DeletionPolicy", "Retain");
        version.attributes.putIfAbsent("UpdateReplacePolicy", "Retain");
        var wanted = preference.isEmpty() ? Functions.map("Type", "ALL_AT_ONCE") : new LinkedHashMap<>(preference);
        wanted.put("StateMachineVersionArn", version.ref());
        var alias = new Generated(source.id() + "Alias" + Trees.text(name), "AWS::StepFunctions::StateMachineAlias",
                source.passed()).with("Name", name).with("DeploymentPreference", wanted);
        resources.add(version);
        resources.add(alias);
        return Functions.isTrue(source.get("UseAliasAsEventTarget")) ? alias : machine;
    }

    private void make(Event event, Generated target) {
        switch (event.type()) {
            case "Schedule" -> schedule(event, target);
            case "ScheduleV2" -> {
                var properties = new LinkedHashMap<>(event.properties());
                if (source.get("PermissionsBoundary") != null) {
                    properties.putIfAbsent("PermissionsBoundary", source.get("PermissionsBoundary"));
                }
                var bounded = new Event(false, event.owner(), event.name(), event.type(), properties);
                resources.addAll(new ScheduleEvent(bounded, target.ref(), source.passed())
                        .make(arn -> start(event.id(), arn)));
            }
            case "CloudWatchEvent", "EventBridgeRule" -> rule(event, target);
            case "Api" -> api(event, target);
            default -> throw event.unknown();
        }
    }

    private static Map<String, Object> start(String id, Object machine) {
        return Role.inline(id + "StartExecutionPolicy", "states:StartExecution", machine);
    }

    private Generated callerRole(Event event, Generated target, String service) {
        var role = new Generated(event.id() + "Role", "AWS::IAM::Role", source.passed())
                .with("AssumeRolePolicyDocument", Role.trust(service))
                .with("Policies", Functions.list(start(event.id() + "Role", target.ref())))
                .with("PermissionsBoundary", source.get("PermissionsBoundary"));
        resources.add(role);
        return role;
    }

    private void schedule(Event event, Generated target) {
        event.allow(Set.of("Schedule", "Input", "Enabled", "State", "Name", "Description", "DeadLetterConfig",
                "RetryPolicy", "Target", "RoleArn"));
        var rule = new Generated(event.id(), "AWS::Events::Rule", source.passed())
                .with("ScheduleExpression", event.require("Schedule")).with("State", FunctionEvents.state(event))
                .with("Name", event.get("Name")).with("Description", event.get("Description"));
        resources.add(rule);
        call(event, rule, target, event.get("RoleArn") == null ? callerRole(event, target, "events.amazonaws.com").arn()
                : event.get("RoleArn"));
    }

    private void rule(Event event, Generated target) {
        var known = new HashSet<>(CALL);
        known.addAll(Set.of("EventBusName", "RuleName", "Pattern", "DeadLetterConfig", "State", "Target"));
        event.allow(known);
        var rule = new Generated(event.id(), "AWS::Events::Rule", source.passed())
                .with("EventBusName", event.get("EventBusName"))
                .with("EventPattern", event.get("Pattern")).with("Name", event.get("RuleName"))
                .with("State", event.get("State"));
        resources.add(rule);
        call(event, rule, target, callerRole(event, target, "events.amazonaws.com").arn());
    }

    private void call(Event event, Generated rule, Generated target, Object role) {
        var id = event.id().length() > 45 ? event.id().substring(0, 45) : event.id();
        var call = Functions.map("Arn", target.ref(),
                "Id", Trees.map(event.get("Target")).getOrDefault("Id", id + "StepFunctionsTarget"), "RoleArn", role);
        CALL.forEach(name -> {
            if (event.get(name) != null) {
                call.put(name, event.get(name));
            }
        });
        if (event.get("DeadLetterConfig") != null) {
            call.put("DeadLetterConfig", Functions.map("Arn",
                    FunctionEvents.deadLetterQueue(event, rule, source.passed(), resources)));
        }
        rule.with("Targets", Functions.list(call));
    }

    private void api(Event event, Generated target) {
        event.allow(Set.of("Path", "Method", "RestApiId", "Stage", "Auth", "UnescapeMappingTemplate"));
        var path = Trees.text(event.require("Path"));
        var method = Trees.text(event.require("Method")).toLowerCase(Locale.ROOT);
        var role = callerRole(event, target, "apigateway.amazonaws.com");
        if (!(RestEvents.apiId(event.require("RestApiId")) instanceof String apiId)
                || transformation.resource(apiId).isEmpty()) {
            throw event.error("RestApiId property of Api event must reference a valid resource in the same template.");
        }
        var api = new Declared(apiId, transformation.resource(apiId)).properties();
        if (!Functions.isTrue(api.get(ImplicitApis.MANAGED)) || api.get("DefinitionBody") == null) {
            return;
        }
        var definition = ApiDefinition.rest(api.get("DefinitionBody"));
        if (definition.hasIntegration(path, method)) {
            throw event.error("API method \"" + method + "\" defined multiple times for path \"" + path + "\".");
        }
        if (event.get("UnescapeMappingTemplate") != null
                && !(event.get("UnescapeMappingTemplate") instanceof Boolean)) {
            throw event.wrongType("UnescapeMappingTemplate");
        }
        var input = Functions.isTrue(event.get("UnescapeMappingTemplate"))
                ? "$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\",\"'\")"
                : "$util.escapeJavaScript($input.json('$'))";
        var uri = Functions.sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution");
        var condition = source.tree().get("Condition");
        definition.addPath(path, method);
        definition.items(path)
                .forEach(item -> Trees.map(item.get(ApiDefinition.method(method))).putIfAbsent("responses",
                Functions.map("200", Functions.map("description", "OK"), "400",
                        Functions.map("description", "Bad Request"))));
        definition.integrate(path, method, Functions.map("type", "aws", "httpMethod", "POST",
                "uri", condition == null ? uri : Functions.when(condition, uri),
                "responses", Functions.map("200", Functions.map("statusCode", "200"), "400",
                        Functions.map("statusCode", "400")),
                "credentials", role.arn(), "requestTemplates", Functions.map("application/json", Functions.sub(
                        "{\"input\": \"" + input + "\", \"stateMachineArn\": \"${" + target.id + "}\"}"))), condition,
                        false);
        if (Functions.given(event.get("Auth"))) {
            RestEvents.authorize(transformation, event, api, definition, path, method,
                    event.get("Stage") == null ? null : Trees.text(event.get("Stage")));
        }
    }
}
