package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Spelling;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The transform as a whole: globals, implicit APIs, then type by type, connectors last; tree in, tree out. */
public final class SamTransform {
    private static final Set<String> TYPES = Set.of("AWS::Serverless::Function", "AWS::Serverless::StateMachine",
            "AWS::Serverless::Api", "AWS::Serverless::HttpApi", "AWS::Serverless::SimpleTable",
            "AWS::Serverless::LayerVersion", SamConnector.TYPE, "AWS::Serverless::Application");
    public static final String NAME = "AWS::Serverless-2016-10-31";

    private SamTransform() {
    }

    /**
     * The template with plain resources in place of serverless ones.
     *
     * @param parameters the values given for the template's parameters, without defaults
     */
    public static Map<String, Object> apply(Map<String, Object> template, Map<String, Object> parameters,
            String region) {
        var tree = Trees.map(Trees.copy(template));
        if (!(tree.get("Resources") instanceof Map) || Trees.map(tree.get("Resources")).isEmpty()) {
            throw failed(List.of(SamError.structure("'Resources' section is required").getMessage()));
        }
        if (!Trees.map(tree.get("Resources")).values().stream().allMatch(Map.class::isInstance)) {
            throw failed(List.of(
                    SamError.structure("All 'Resources' must be Objects. If you're using YAML, this may be an"
                    + " indentation issue.").getMessage()));
        }
        if (Trees.map(tree.get("Resources")).values().stream().map(Trees::map).anyMatch(SamTransform::isConditionOdd)) {
            throw failed(List.of(
                    SamError.structure("Every Condition member must be a string.").getMessage()));
        }
        var partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
        if (isBroken(tree, "Mappings") || isBroken(tree, "Parameters")) {
            throw failed(List.of(SamError.structure(
                    "'Mappings' or 'Parameters' is either null or not a valid dictionary.").getMessage()));
        }
        var transformation = new Transformation(tree, new Parameters(tree, parameters, region, partition), partition);
        var errors = new ArrayList<String>();
        try {
            var globals = new Globals(tree);
            ImplicitApis.apply(transformation, globals, errors);
            if (!errors.isEmpty()) {
                throw failed(errors);
            }
            globals.apply(transformation.declared());
            versions(transformation);
        } catch (SamError error) {
            throw failed(List.of(error.getMessage()));
        }
        EmbeddedConnectors.takeOut(transformation, errors);
        for (var order : List.of(List.of("Function"), List.of("StateMachine"), List.of("Api", "HttpApi"), List.of(),
                List.of("Connector"))) {
            transformation.declared().forEach((id, resource) -> {
                var source = new Declared(id, Trees.map(resource));
                if (source.type().startsWith("AWS::Serverless::") && place(source.type()).equals(order)) {
                    try {
                        transform(transformation, source);
                    } catch (SamError error) {
                        errors.add(error.getMessage());
                    } catch (ClassCastException | UnsupportedOperationException _) {
                        errors.add(source.error("A property has another type than it should.").getMessage());
                    }
                }
            });
        }
        if (!errors.isEmpty()) {
            throw failed(errors);
        }
        return transformation.result();
    }

    private static boolean isConditionOdd(Map<String, Object> resource) {
        return String.valueOf(resource.get("Type")).startsWith("AWS::Serverless::") && resource.get("Condition") != null
                && !(resource.get("Condition") instanceof String);
    }

    /** Whether a section is there and no map. */
    private static boolean isBroken(Map<String, Object> tree, String section) {
        return tree.containsKey(section) && !(tree.get(section) instanceof Map);
    }

    private static List<String> place(String type) {
        return switch (type.substring("AWS::Serverless::".length())) {
            case "Function" -> List.of("Function");
            case "StateMachine" -> List.of("StateMachine");
            case "Connector" -> List.of("Connector");
            case "Api", "HttpApi" -> List.of("Api", "HttpApi");
            default -> List.of();
        };
    }

    private static void transform(Transformation transformation, Declared source) {
        switch (source.type()) {
            case "AWS::Serverless::Function" -> SamFunction.transform(transformation, source);
            case "AWS::Serverless::StateMachine" -> SamStateMachine.transform(transformation, source);
            case "AWS::Serverless::Api" -> SamApi.transform(transformation, source);
            case "AWS::Serverless::HttpApi" -> SamHttpApi.transform(transformation, source);
            case "AWS::Serverless::SimpleTable" -> SamSimpleTable.transform(transformation, source);
            case "AWS::Serverless::LayerVersion" -> SamLayerVersion.transform(transformation, source);
            case SamConnector.TYPE -> SamConnector.transform(transformation, source);
            case "AWS::Serverless::Application" -> SamApplication.transform(transformation, source);
            default -> throw source.error("The type " + source.type() + " is not built in Aloft"
                    + Spelling.likeliest(source.type(), TYPES).map(type -> "; did you mean " + type + "?").orElse("."));
        }
    }

    /** A definition that SAM writes has the version that OpenApiVersion asks for, which may come from the globals. */
    private static void versions(Transformation transformation) {
        transformation.declared().forEach((id, resource) -> {
            var api = new Declared(id, Trees.map(resource));
            if (api.type().equals("AWS::Serverless::Api") && api.properties().containsKey(ImplicitApis.MANAGED)
                    && ApiDefinition.isVersion3(api.get("OpenApiVersion"))) {
                api.properties().put("OpenApiVersion", Trees.text(api.get("OpenApiVersion")));
                var body = api.map("DefinitionBody");
                body.remove("swagger");
                body.put("openapi", api.get("OpenApiVersion"));
            }
        });
    }

    private static TemplateError failed(List<String> errors) {
        return new TemplateError("Transform " + NAME
                + " failed with: Invalid Serverless Application Specification document."
                + " Number of errors found: " + errors.size() + ". "
                + String.join(" ", errors.stream().sorted(Comparator.comparing(SamTransform::id)).toList()));
    }

    /** The logical id that an error is of, which it names in brackets. */
    private static String id(String error) {
        return error.indexOf('[') < 0 ? ""
                : error.substring(error.indexOf('[') + 1, error.indexOf(']', error.indexOf('[')));
    }
}
