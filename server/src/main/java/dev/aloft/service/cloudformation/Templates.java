package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.Endpoint;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.service.cloudformation.deploy.PublishedType;
import dev.aloft.service.cloudformation.sam.SamTransform;
import dev.aloft.service.cloudformation.template.JsonText;
import dev.aloft.service.cloudformation.template.LanguageExtensions;
import dev.aloft.service.cloudformation.template.Spelling;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.TemplateReader;
import dev.aloft.service.cloudformation.template.Trees;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Template texts: where they come from, what they ask for, what is in them. */
final class Templates {
    private static final int LARGEST_BODY = 51_200;
    private static final String INCLUDE = "AWS::Include";
    private static final Set<String> IAM = Set.of("AWS::IAM::AccessKey", "AWS::IAM::Group", "AWS::IAM::InstanceProfile",
            "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::UserToGroupAddition",
            "AWS::IAM::ManagedPolicy");
    private static final Set<String> IAM_NAMES = Set.of("GroupName", "InstanceProfileName", "RoleName", "UserName",
            "ManagedPolicyName");

    private final Resources types;
    private final S3 s3;

    Templates(Resources types, Endpoint endpoint) {
        this.types = types;
        this.s3 = S3.at(endpoint);
    }

    /** The text of a template given in the request or by its place in S3. */
    String text(Caller caller, String body, String url) {
        if (body == null && url == null || body != null && url != null) {
            throw Refusals.validation("Either Template URL or Template Body must be specified.");
        }
        if (body != null) {
            if (body.getBytes(StandardCharsets.UTF_8).length > LARGEST_BODY) {
                throw Refusals.validation("1 validation error detected: Value '" + body
                        + "' at 'templateBody' failed to satisfy"
                        + " constraint: Member must have length less than or equal to " + LARGEST_BODY);
            }
            return body;
        }
        var place = place(url);
        try (var content = s3.getObject(caller, S3.GetObjectRequest.of(r -> r.bucket(place[0]).key(place[1]))).body()) {
            return new String(content.bytes(TemplateReader.LARGEST_TEMPLATE), StandardCharsets.UTF_8);
        } catch (ApiError e) {
            throw Refusals.validation("S3 error: " + e.getMessage());
        }
    }

    /** Bucket and key in a URL; the host says nothing but, in its virtual-host form, the bucket. */
    static String[] place(String url) {
        try {
            var uri = URI.create(url);
            var host = uri.getHost();
            var path = uri.getRawPath();
            if (host == null || path == null || !List.of("http", "https").contains(uri.getScheme())) {
                throw new IllegalArgumentException();
            }
            var decoded = URLDecoder.decode(path.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
            int s3 = host.indexOf(".s3");
            if (s3 > 0 && (host.startsWith(".", s3 + 3) || host.startsWith("-", s3 + 3))) {
                return checked(host.substring(0, s3), decoded);
            }
            int slash = decoded.indexOf('/');
            return checked(slash < 0 ? decoded : decoded.substring(0, slash),
                    slash < 0 ? "" : decoded.substring(slash + 1));
        } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
            throw Refusals.validation("TemplateURL must be a supported URL.");
        }
    }

    private static String[] checked(String bucket, String key) {
        if (bucket.isEmpty() || key.isEmpty()) {
            throw new IllegalArgumentException();
        }
        return new String[] {bucket, key};
    }

    /** The tree of a text, or AWS's words for what is wrong with it. */
    static Map<String, Object> tree(String text) {
        try {
            return TemplateReader.read(text);
        } catch (TemplateError e) {
            throw Refusals.validation(e.getMessage());
        }
    }

    /** The tree after its transforms: first those inside, then those of the whole. */
    Map<String, Object> transformed(Caller caller, Map<String, Object> tree, Map<String, String> parameters) {
        var result = Trees.map(included(caller, tree, parameters));
        var transforms = Template.transforms(tree);
        for (var each : tree.get("Transform") instanceof List<?> list ? list
                : List.of(tree.getOrDefault("Transform", ""))) {
            if (each instanceof Map<?, ?> map && INCLUDE.equals(map.get("Name"))) {
                result.putAll(file(caller, map, parameters));
            }
        }
        result.remove("Transform");
        for (var transform : transforms) {
            switch (transform) {
                case SamTransform.NAME ->
                        result = SamTransform.apply(result, new LinkedHashMap<>(parameters), caller.region());
                case LanguageExtensions.NAME ->
                        result = LanguageExtensions.apply(result, parameters, name -> pseudo(caller, name));
                case INCLUDE -> { }
                default -> throw new TemplateError("No transform named " + transform + " found.");
            }
        }
        return result;
    }

    /** What is known of a stack before it is one, or null. */
    private static String pseudo(Caller caller, String name) {
        return switch (name) {
            case "AWS::Region" -> caller.region();
            case "AWS::AccountId" -> caller.account();
            case "AWS::Partition" -> "aws";
            case "AWS::URLSuffix" -> "amazonaws.com";
            default -> null;
        };
    }

    /** Whether something in the tree is to be transformed. */
    static boolean isTransformed(Map<String, Object> tree) {
        return !Template.transforms(tree).isEmpty() || JsonText.write(tree).contains("\"Fn::Transform\"");
    }

    /** Puts files from S3 in the places of {@code Fn::Transform: {Name: AWS::Include}}, beside what stands there. */
    private Object included(Caller caller, Object tree, Map<String, String> parameters) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> {
                    if (!name.equals("Fn::Transform")) {
                        copy.put((String) name, included(caller, value, parameters));
                        return;
                    }
                    var transform = Trees.map(value);
                    if (!INCLUDE.equals(transform.get("Name"))) {
                        throw new TemplateError("No transform named " + transform.get("Name") + " found.");
                    }
                    copy.putAll(file(caller, transform, parameters));
                });
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<>();
                list.forEach(item -> copy.add(included(caller, item, parameters)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    /** What stands in the file that an {@code AWS::Include} names. */
    private Map<String, Object> file(Caller caller, Map<?, ?> transform, Map<String, String> parameters) {
        var given = Trees.map(transform.get("Parameters")).get("Location");
        var location = given instanceof Map<?, ?> ref && ref.get("Ref") instanceof String parameter
                ? parameters.get(parameter) : given;
        if (!(location instanceof String uri)) {
            throw new TemplateError("Transform AWS::Include failed with: The value of parameter "
                    + "Location under transform Include must resolve to a string, number, boolean or a "
                    + "list of any of these.");
        }
        return TemplateReader.read(file(caller, uri));
    }

    private String file(Caller caller, String uri) {
        var url = uri.startsWith("s3://") ? "https://s3/" + uri.substring(5) : uri;
        try {
            return text(caller, null, url);
        } catch (ApiError e) {
            throw new TemplateError("Transform AWS::Include failed with: S3 bucket or key of " + uri + ": "
                    + e.getMessage());
        }
    }

    /** Refuses the types that no service offers, of the resources that exist under these conditions. */
    void checkTypes(Template template, Predicate<String> conditions) {
        var unknown = new TreeSet<String>();
        template.resources().values().forEach(resource -> {
            var type = resource.type();
            if (types.find(type).isEmpty() && !type.startsWith("Custom::")
                    && resource.condition().map(conditions::test).orElse(true)) {
                unknown.add(type);
            }
        });
        if (!unknown.isEmpty()) {
            throw new TemplateError("Template format error: Unrecognized resource types: [" + String.join(", ", unknown)
                    + "]" + hint(unknown));
        }
    }

    /** Refuses attributes that their types do not have, as far as AWS publishes them. */
    void checkAttributes(Template template) {
        template.checkAttributes((type, attribute) -> {
            var name = attribute.contains(".") ? attribute.substring(0, attribute.indexOf('.')) : attribute;
            var tells = types.find(type).map(ResourceType::tellsProperties).orElse(false);
            return PublishedType.of(type).map(published -> published.attributes().contains(attribute)
                    || tells && published.forms().containsKey(name)).orElse(true);
        });
    }

    /** What AWS does not say: whether a type is mistyped, lacks its transform, or is only not built here. */
    private String hint(Set<String> unknown) {
        if (unknown.stream().anyMatch(type -> type.startsWith("AWS::Serverless::"))) {
            return " (the template needs Transform: " + SamTransform.NAME + ")";
        }
        var meant = unknown.stream().flatMap(type -> Spelling.likeliest(type, types.names()).stream()).findFirst();
        return meant.map(type -> " (did you mean " + type + "?)")
                .orElse(unknown.stream().anyMatch(type -> type.startsWith("AWS::")) ? " (not built in Aloft)" : "");
    }

    /** The capabilities that a transformed template needs. */
    static List<String> capabilities(Map<String, Object> tree) {
        var needed = new TreeSet<String>();
        Trees.map(tree.get("Resources")).values().forEach(resource -> {
            var map = Trees.map(resource);
            if (map.get("Type") instanceof String type && IAM.contains(type)) {
                var named = Trees.map(map.get("Properties")).keySet().stream().anyMatch(IAM_NAMES::contains)
                        && !type.equals("AWS::IAM::Policy");
                needed.add(named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM");
            }
        });
        return needed.contains("CAPABILITY_NAMED_IAM") ? List.of("CAPABILITY_NAMED_IAM") : List.copyOf(needed);
    }

    /** What is asked for but not acknowledged. */
    static List<String> missing(List<String> needed, List<String> given) {
        return needed.stream().filter(capability -> !given.contains(capability)
                && !(capability.equals("CAPABILITY_IAM") && given.contains("CAPABILITY_NAMED_IAM"))).toList();
    }

    static CloudFormation.InsufficientCapabilitiesException insufficient(List<String> missing) {
        return new CloudFormation.InsufficientCapabilitiesException("Requires capabilities : ["
                + String.join(", ", missing) + "]");
    }

    static String capabilitiesReason(Map<String, Object> tree) {
        var names = new ArrayList<String>();
        Trees.map(tree.get("Resources")).values().forEach(resource -> {
            if (Trees.map(resource).get("Type") instanceof String type && IAM.contains(type) && !names.contains(type)) {
                names.add(type);
            }
        });
        return names.isEmpty() ? null
                : "The following resource(s) require capabilities: [" + String.join(", ", names) + "]";
    }

    CloudFormation.ValidateTemplateResponse validate(Caller caller, CloudFormation.ValidateTemplateRequest input) {
        var tree = tree(text(caller, input.templateBody(), input.templateURL()));
        var transforms = Template.transforms(tree);
        return told(() -> {
            var template = isTransformed(tree) ? null : Template.read(tree);
            var parameters = template == null ? Template.parameters(tree) : template.parameters();
            return CloudFormation.ValidateTemplateResponse.of(r -> r.description(text(tree.get("Description")))
                    .parameters(parameters.values().stream().map(p -> CloudFormation.TemplateParameter.of(t -> t
                            .parameterKey(p.name()).defaultValue(p.fallback().orElse(null)).noEcho(p.noEcho())
                            .description(p.description().orElse(null)))).toList())
                    .capabilities(summarized(tree)).capabilitiesReason(reason(tree)).declaredTransforms(transforms));
        });
    }

    CloudFormation.GetTemplateSummaryResponse summarize(String text) {
        var tree = tree(text);
        return told(() -> {
            var parameters = Template.parameters(tree);
            var resources = Trees.map(tree.get("Resources"));
            if (resources.isEmpty()) {
                Template.read(tree);
            }
            var byType = new LinkedHashMap<String, List<String>>();
            resources.forEach((id, resource) -> {
                if (Trees.map(resource).get("Type") instanceof String type) {
                    byType.computeIfAbsent(type, _ -> new ArrayList<>()).add(id);
                }
            });
            return CloudFormation.GetTemplateSummaryResponse.of(r -> r.description(text(tree.get("Description")))
                    .version(text(tree.getOrDefault("AWSTemplateFormatVersion", "2010-09-09")))
                    .metadata(tree.get("Metadata") == null ? null : JsonText.write(tree.get("Metadata")))
                    .resourceTypes(new ArrayList<>(byType.keySet()))
                    .declaredTransforms(StackDescriptions.orNone(Template.transforms(tree)))
                    .capabilities(StackDescriptions.orNone(summarized(tree))).capabilitiesReason(reason(tree))
                    .parameters(parameters.values().stream().map(p -> CloudFormation.ParameterDeclaration.of(d -> d
                            .parameterKey(p.name()).defaultValue(p.fallback().orElse(null))
                            .parameterType(p.declaredType())
                            .noEcho(p.noEcho()).description(p.description().orElse(null))
                            .parameterConstraints(CloudFormation.ParameterConstraints.of(c -> {
                                if (!p.allowed().isEmpty()) {
                                    c.allowedValues(p.allowed());
                                }
                            })))).toList())
                    .resourceIdentifierSummaries(byType.entrySet().stream().map(entry ->
                            CloudFormation.ResourceIdentifierSummary.of(s -> s.resourceType(entry.getKey())
                                    .logicalResourceIds(entry.getValue()))).toList()));
        });
    }

    private static List<String> summarized(Map<String, Object> tree) {
        var capabilities = new ArrayList<>(capabilities(tree));
        if (!Template.transforms(tree).isEmpty()) {
            capabilities.add("CAPABILITY_AUTO_EXPAND");
        }
        return capabilities;
    }

    private static String reason(Map<String, Object> tree) {
        var reason = capabilitiesReason(tree);
        return Template.transforms(tree).isEmpty() ? reason
                : "The following resource(s) require capabilities: [AWS::CloudFormation::Stack]";
    }

    private static String text(Object scalar) {
        return scalar == null ? null : Trees.text(scalar);
    }

    /** Turns what is wrong with a template into what a caller is told. */
    static <T> T told(Supplier<T> work) {
        try {
            return work.get();
        } catch (TemplateError e) {
            throw Refusals.validation(e.getMessage());
        }
    }
}
