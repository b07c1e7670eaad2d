package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The Globals section: properties that every resource of a type gets, its own ones taking precedence. */
final class Globals {
    /** The properties that may be global, by type and in the order in which SAM names them. */
    private static final Map<String, List<String>> SUPPORTED = Map.of(
            "Function", List.of("Handler", "Runtime", "CodeUri", "DeadLetterQueue", "Description", "MemorySize",
                    "Timeout", "VpcConfig", "Environment", "Tags", "PropagateTags", "Tracing", "KmsKeyArn",
                    "AutoPublishAlias", "AutoPublishAliasAllProperties", "Layers", "DeploymentPreference", "RolePath",
                    "PermissionsBoundary", "ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig",
                    "AssumeRolePolicyDocument", "EventInvokeConfig", "FileSystemConfigs", "CodeSigningConfigArn",
                    "Architectures", "SnapStart", "EphemeralStorage", "FunctionUrlConfig", "RuntimeManagementConfig",
                    "LoggingConfig", "RecursiveLoop", "SourceKMSKeyArn", "TenancyConfig", "DurableConfig",
                    "CapacityProviderConfig", "FunctionScalingConfig", "PublishToLatestPublished",
                    "VersionDeletionPolicy"),
            "Api", List.of("Auth", "Name", "DefinitionUri", "CacheClusterEnabled", "CacheClusterSize",
                    "MergeDefinitions", "Variables", "EndpointConfiguration", "MethodSettings", "BinaryMediaTypes",
                    "MinimumCompressionSize", "Cors", "GatewayResponses", "AccessLogSetting", "CanarySetting",
                    "TracingEnabled", "OpenApiVersion", "Domain", "AlwaysDeploy", "PropagateTags", "SecurityPolicy",
                    "EndpointAccessMode"),
            "HttpApi", List.of("Auth", "AccessLogSettings", "StageVariables", "Tags", "CorsConfiguration",
                    "DefaultRouteSettings", "Domain", "RouteSettings", "FailOnWarnings", "PropagateTags"),
            "SimpleTable", List.of("SSESpecification"),
            "StateMachine", List.of("PropagateTags"),
            "LayerVersion", List.of("PublishLambdaVersion"),
            "CapacityProvider", List.of("VpcConfig", "OperatorRole", "Tags", "InstanceRequirements", "ScalingConfig",
                    "KmsKeyArn", "PropagateTags"),
            "WebSocketApi", List.of("AccessLogSettings", "ApiKeySelectionExpression", "DefaultRouteSettings",
                    "DisableExecuteApiEndpoint", "DisableSchemaValidation", "Domain", "FailOnWarnings", "IpAddressType",
                    "PropagateTags", "RouteSelectionExpression", "RouteSettings", "StageVariables", "Tags"));

    private final Map<String, Object> sections;

    Globals(Map<String, Object> template) {
        var globals = template.get("Globals");
        if (template.containsKey("Globals") && !(globals instanceof Map)) {
            throw invalid("It must be a non-empty dictionary");
        }
        sections = Trees.map(globals);
        sections.forEach((section, properties) -> {
            var supported = SUPPORTED.get(section);
            if (supported == null) {
                throw invalid("'" + section + "' is not supported. Must be one of the following values - "
                        + quoted(new ArrayList<>(new TreeSet<>(SUPPORTED.keySet()))));
            }
            if (!(properties instanceof Map)) {
                throw invalid("Value of ${section} must be a dictionary");
            }
            for (var property : Trees.map(properties).keySet()) {
                if (!supported.contains(property)) {
                    throw invalid("'" + property + "' is not a supported property of '" + section
                            + "'. Must be one of the following values - " + quoted(supported));
                }
            }
        });
    }

    private static SamError invalid(String message) {
        return new SamError("'Globals' section is invalid. " + message);
    }

    private static String quoted(List<String> names) {
        return "['" + String.join("', '", names) + "']";
    }

    /** The globals of a type such as {@code Function}. */
    Map<String, Object> of(String type) {
        return Trees.map(sections.get(type));
    }

    /** Gives each resource the globals of its type. */
    void apply(Map<String, Object> resources) {
        resources.forEach((id, tree) -> {
            var resource = Trees.map(tree);
            var type = Trees.text(resource.get("Type"));
            var globals = type.startsWith("AWS::Serverless::") ? of(type.substring(17)) : Map.<String, Object>of();
            var ignored = resource.remove("IgnoreGlobals");
            if (globals.isEmpty() || "*".equals(ignored)) {
                return;
            }
            var chosen = new LinkedHashMap<>(globals);
            if (ignored instanceof List<?> names) {
                for (var name : names) {
                    if (chosen.remove(name) == null) {
                        throw SamError.resource(id, "Resource " + id + " has invalid resource attribute 'IgnoreGlobals'"
                                + " on item '" + name + "'.");
                    }
                }
            } else if (Functions.given(ignored)) {
                throw SamError.resource(id, "Resource " + id + " has invalid resource attribute 'IgnoreGlobals'.");
            }
            resource.put("Properties", merge(chosen, new Declared(id, resource).properties()));
        });
    }

    /** Maps are merged, lists joined, for everything else the resource's own value holds. */
    private static Object merge(Object global, Object local) {
        if (isMap(global) && isMap(local)) {
            var merged = Trees.map(Trees.copy(global));
            Trees.map(local).forEach((name, value) ->
                    merged.put(name, merged.containsKey(name) ? merge(merged.get(name), value) : value));
            return merged;
        }
        if (global instanceof List<?> first && local instanceof List<?> second) {
            var joined = new ArrayList<>(Trees.list(Trees.copy(first)));
            joined.addAll(second);
            return joined;
        }
        return local;
    }

    private static boolean isMap(Object tree) {
        return tree instanceof Map && !Functions.isFunction(tree);
    }
}
