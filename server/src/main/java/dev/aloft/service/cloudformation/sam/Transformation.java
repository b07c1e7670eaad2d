package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One template on its way through the transform: what is known, and what has been made so far. */
final class Transformation {
    /** The types that can take the tags of the serverless resource that they are made for. */
    private static final Set<String> TAGGED =
            Set.of("AWS::Lambda::Function", "AWS::IAM::Role", "AWS::ApiGateway::RestApi",
            "AWS::ApiGateway::Stage", "AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::ApiKey", "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Stage", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine",
            "AWS::IoT::TopicRule", "AWS::DynamoDB::Table");

    /** Serverless types whose place is taken by a resource with the same logical id. */
    private static final Map<String, String> IN_PLACE = Map.of("AWS::Lambda::Function", "AWS::Serverless::Function",
            "AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion", "AWS::ApiGateway::RestApi",
            "AWS::Serverless::Api", "AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi", "AWS::DynamoDB::Table",
            "AWS::Serverless::SimpleTable", "AWS::CloudFormation::Stack", "AWS::Serverless::Application",
            "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine");

    /** What several REST APIs of one template share when they ask for the usage plan SHARED. */
    static final class SharedPlan {
        final List<Object> dependsOn = new ArrayList<>();
        final List<Object> apiStages = new ArrayList<>();
        final List<Object> stageKeys = new ArrayList<>();
    }

    final Map<String, Object> template;
    final Parameters parameters;
    final String partition;
    final SharedPlan sharedPlan = new SharedPlan();

    private final Map<String, Object> declared;
    private final Map<String, Object> made = new LinkedHashMap<>();
    private final Map<String, String> references = new HashMap<>();
    private final Map<String, String> renamed = new HashMap<>();

    Transformation(Map<String, Object> template, Parameters parameters, String partition) {
        this.template = template;
        this.parameters = parameters;
        this.partition = partition;
        this.declared = Trees.map(template.get("Resources"));
    }

    Map<String, Object> declared() {
        return declared;
    }

    Map<String, Object> resource(String id) {
        return Trees.map(declared.get(id));
    }

    /** The resource as it has become so far. */
    Map<String, Object> now(String id) {
        return made.containsKey(id) ? Trees.map(made.get(id)) : resource(id);
    }

    private List<Map<String, Object>> all() {
        return Stream.concat(made.values().stream(),
                declared.entrySet().stream().filter(each -> !made.containsKey(each.getKey())).map(Map.Entry::getValue))
                .map(Trees::map).toList();
    }

    void addDependency(String id, String on) {
        var resource = now(id);
        if (!resource.isEmpty()) {
            var all = dependencies(resource);
            if (!all.contains(on)) {
                all.add(on);
            }
            resource.put("DependsOn", all);
        }
    }

    /** Whoever depends on one resource depends on these from here on. */
    void replaceDependency(String id, List<String> replacement) {
        for (var resource : all()) {
            var all = dependencies(resource);
            if (all.remove(id)) {
                replacement.stream().filter(each -> !all.contains(each)).forEach(all::add);
                resource.put("DependsOn", all);
            }
        }
    }

    private static List<Object> dependencies(Map<String, Object> resource) {
        return new ArrayList<>(resource.get("DependsOn") instanceof String one ? List.of(one)
                : Trees.list(resource.get("DependsOn")));
    }

    /** The event source mappings from one resource to a function. */
    List<String> mappings(String source, String function) {
        return Stream.concat(made.keySet().stream(), declared.keySet().stream()).distinct().filter(id -> {
            var properties = Trees.map(now(id).get("Properties"));
            return "AWS::Lambda::EventSourceMapping".equals(now(id).get("Type"))
                    && function.equals(Functions.named(properties.get("FunctionName")))
                    && source.equals(Functions.named(properties.get("EventSourceArn")));
        }).toList();
    }

    Map<String, Object> conditions() {
        if (!(template.get("Conditions") instanceof Map)) {
            template.put("Conditions", new LinkedHashMap<String, Object>());
        }
        return Trees.map(template.get("Conditions"));
    }

    /** Takes up what was made of a serverless resource. */
    void add(Declared source, List<Generated> resources) {
        for (var resource : resources) {
            var there = resource(resource.id);
            if (!resource.id.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c))) {
                throw SamError.resource(resource.id, "Logical ids must be alphanumeric.");
            }
            if (!there.isEmpty() && !Trees.text(there.get("Type")).equals(IN_PLACE.get(resource.type))) {
                throw new SamError("Transforming resource with id [" + source.id()
                        + "] attempts to create a new resource"
                        + " with id [" + resource.id + "] and type \"" + resource.type + "\". A resource with that id"
                        + " already exists within this template. Please use a different id for that resource.");
            }
            made.put(resource.id, resource.tree());
        }
    }

    /** Gives the resources the tags, where their source says that its tags are propagated. */
    static void propagateTags(List<Generated> resources, Map<String, Object> tags, boolean propagate) {
        if (propagate && !tags.isEmpty()) {
            resources.stream().filter(resource -> TAGGED.contains(resource.type))
                    .forEach(resource -> resource.properties.put("Tags", Functions.tags(tags)));
        }
    }

    /** Makes {@code Ref: id.property} mean another resource. */
    void refer(String id, String property, String target) {
        references.put(id + "." + property, target);
    }

    void rename(String id, String target) {
        renamed.put(id, target);
    }

    /** The template as it is in the end. */
    Map<String, Object> result() {
        declared.entrySet().removeIf(entry ->
                Trees.text(Trees.map(entry.getValue()).get("Type")).startsWith("AWS::Serverless::"));
        declared.putAll(made);
        template.remove("Transform");
        template.remove("Globals");
        if (Trees.map(template.get("Conditions")).isEmpty()) {
            template.remove("Conditions");
        }
        return Trees.map(new References(references, renamed).rewrite(template));
    }
}
