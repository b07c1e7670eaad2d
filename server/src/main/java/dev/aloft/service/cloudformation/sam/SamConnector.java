package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code AWS::Serverless::Connector}: what one resource may do with others, as policies and permissions. */
final class SamConnector {
    static final String TYPE = "AWS::Serverless::Connector";
    private static final Set<String> KNOWN = Set.of("Source", "Destination", "Permissions");
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\{(Source|Destination)(Arn|ResourceId|Name|Qualifier)}");

    private final Transformation transformation;
    private final Declared connector;
    private final Set<String> permissions = new LinkedHashSet<>();
    private final List<Generated> made = new ArrayList<>();

    private SamConnector(Transformation transformation, Declared connector) {
        this.transformation = transformation;
        this.connector = connector;
    }

    static void transform(Transformation transformation, Declared connector) {
        connector.allow(KNOWN);
        for (var name : List.of("Source", "Destination", "Permissions")) {
            if (connector.get(name) == null) {
                throw connector.error("Missing required property '" + name + "'.");
            }
        }
        new SamConnector(transformation, connector).make();
    }

    private void make() {
        connector.list("Permissions").forEach(each -> permissions.add(Trees.text(each)));
        var destinations = connector.get("Destination");
        boolean many = destinations instanceof List;
        int index = 0;
        for (var destination : many ? Trees.list(destinations) : List.of(destinations)) {
            var source = ConnectorEnd.of(transformation, connector, connector.map("Source"), Trees.map(destination));
            var end = ConnectorEnd.of(transformation, connector, Trees.map(destination), connector.map("Source"));
            connect(source, end, many ? "Destination" + index : "");
            index++;
        }
        if (made.isEmpty()) {
            throw connector.error("'Destination' is an empty list");
        }
        transformation.replaceDependency(connector.id(), made.stream().map(resource -> resource.id).toList());
        transformation.add(connector, made);
    }

    private void connect(ConnectorEnd source, ConnectorEnd destination, String suffix) {
        var profile = ConnectorProfile.between(source.type(), destination.type());
        if (profile == null) {
            throw connector.error("Unable to create connector from " + source.type() + " to " + destination.type()
                    + "; it's not supported or the template is invalid.");
        }
        check(profile, source, destination);
        var values = values(source, destination);
        var wanted = new LinkedHashMap<String, List<Object>>();
        profile.categories().forEach((category, statements) -> {
            var filled = statements.stream().map(each -> filled(each, values)).toList();
            if (permissions.contains(category)) {
                wanted.put(category, filled);
            }
        });
        var resources = switch (profile.form()) {
            case SOURCE_ROLE -> List.of(managedPolicy("Source", source, wanted, suffix));
            case DESTINATION_ROLE -> List.of(managedPolicy("Destination", destination, wanted, suffix));
            case QUEUE_POLICY -> List.of(resourcePolicy("Queue", "AWS::SQS::QueuePolicy", destination.queueUrl(),
                    wanted, suffix));
            case TOPIC_POLICY -> List.of(resourcePolicy("Topic", "AWS::SNS::TopicPolicy", destination.known()
                    .get("Arn"), wanted,
                    suffix));
            case FUNCTION_PERMISSION -> functionPermissions(destination, wanted, suffix);
        };
        waitFor(profile, source, destination, resources.getFirst().id);
        resources.forEach(resource -> finish(resource, source, destination));
        made.addAll(resources);
    }

    private void check(ConnectorProfile profile, ConnectorEnd source, ConnectorEnd destination) {
        var valid = String.join(", ", profile.categories().keySet());
        if (permissions.isEmpty()) {
            throw connector.error("'Permissions' cannot be empty; valid values are: " + valid + ".");
        }
        var unsupported = "Unsupported 'Permissions' provided for connector from " + source.type() + " to "
                + destination.type() + "; valid ";
        if (!profile.categories().keySet().containsAll(permissions)) {
            throw connector.error(unsupported + "values are: " + valid + ".");
        }
        if (!profile.combinations().isEmpty() && !profile.combinations().contains(permissions)) {
            throw connector.error(unsupported + "combinations are: " + profile.combinations().stream()
                    .map(each -> each.stream().sorted().collect(Collectors.joining(" + ")))
                            .collect(Collectors.joining(", ")) + ".");
        }
    }

    private static Map<String, Object> values(ConnectorEnd source, ConnectorEnd destination) {
        var values = new LinkedHashMap<String, Object>();
        source.known().forEach((name, value) -> values.put("Source" + name, value));
        destination.known().forEach((name, value) -> values.put("Destination" + name, value));
        return values;
    }

    /** A text that is a placeholder is its value; one with placeholders in it is filled by CloudFormation. */
    private Object filled(Object tree, Map<String, Object> values) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var all = Functions.map();
                map.forEach((name, value) -> all.put(name.toString(), filled(value, values)));
                yield all;
            }
            case List<?> list -> Functions.list(list.stream().map(each -> filled(each, values)).toArray());
            case String text -> filledText(text, values);
            default -> tree;
        };
    }

    private Object filledText(String text, Map<String, Object> values) {
        var used = Functions.map();
        for (var found : PLACEHOLDER.matcher(text).results().toList()) {
            var name = found.group(1) + found.group(2);
            if (values.get(name) == null) {
                throw connector.error(found.group(1) + "." + found.group(2) + " is missing.");
            }
            if (text.equals(found.group())) {
                return values.get(name);
            }
            used.put(name, values.get(name));
        }
        return !text.contains("${") ? text : used.isEmpty() ? Functions.sub(text) : Functions.sub(text, used);
    }

    private static Map<String, Object> document(Map<String, List<Object>> wanted) {
        return Functions.map("Version", "2012-10-17", "Statement",
                Functions.list(wanted.values().stream().flatMap(List::stream).toArray()));
    }

    private Generated managedPolicy(String which, ConnectorEnd end, Map<String, List<Object>> wanted, String suffix) {
        if (!Functions.given(end.role())) {
            throw connector.error("Unable to get IAM role name from '" + which + "' resource.");
        }
        return new Generated(connector.id() + "Policy" + suffix, "AWS::IAM::ManagedPolicy", connector.attributes())
                .with("PolicyDocument", document(wanted)).with("Roles", Functions.list(end.role()));
    }

    private Generated resourcePolicy(String what, String type, Object of, Map<String, List<Object>> wanted,
            String suffix) {
        if (of == null) {
            throw connector.error("Unable to get " + (what.equals("Queue") ? "SQS queue URL" : "SNS topic ARN")
                    + " from 'Destination' resource.");
        }
        return new Generated(connector.id() + what + "Policy" + suffix, type, connector.attributes())
                .with("PolicyDocument", document(wanted)).with(what + "s", Functions.list(of));
    }

    private List<Generated> functionPermissions(ConnectorEnd function, Map<String, List<Object>> wanted,
            String suffix) {
        if (function.known().get("Arn") == null) {
            throw connector.error("Unable to get Lambda function ARN from 'Destination' resource.");
        }
        return wanted.entrySet().stream().map(category -> {
            var permission = new Generated(connector.id() + category.getKey() + "LambdaPermission" + suffix,
                    "AWS::Lambda::Permission", connector.attributes())
                            .with("FunctionName", function.known().get("Arn"));
            Trees.map(category.getValue().getFirst()).forEach(permission::with);
            return permission;
        }).toList();
    }

    private void waitFor(ConnectorProfile profile, ConnectorEnd source, ConnectorEnd destination, String policy) {
        if (source.id() == null) {
            return;
        }
        switch (profile.first()) {
            case SOURCE -> transformation.addDependency(source.id(), policy);
            case MAPPING -> {
                var mappings = destination.id() == null ? List.<String>of()
                        : transformation.mappings(source.id(), destination.id());
                if (mappings.size() == 1) {
                    transformation.addDependency(mappings.getFirst(), policy);
                }
            }
            case NOTHING -> { }
        }
    }

    /** Says for which connector it was made, of which types as they were declared. */
    private void finish(Generated resource, ConnectorEnd source, ConnectorEnd destination) {
        resource.dependsOn = connector.dependsOn();
        var ends = Functions.map("Source", Functions.map("Type", declaredType(source)),
                "Destination", Functions.map("Type", declaredType(destination)));
        var metadata = new LinkedHashMap<>(Trees.map(resource.attributes.get("Metadata")));
        metadata.put("aws:sam:connectors", Functions.map(connector.id(), ends));
        resource.attributes.put("Metadata", metadata);
    }

    private Object declaredType(ConnectorEnd end) {
        var declared = end.id() == null ? null : transformation.resource(end.id()).get("Type");
        return declared == null ? end.type() : declared;
    }
}
