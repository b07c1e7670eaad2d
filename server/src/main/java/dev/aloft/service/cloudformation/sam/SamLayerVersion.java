package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * {@code AWS::Serverless::LayerVersion}: a layer version whose logical id changes with it, so that old versions stay.
 */
final class SamLayerVersion {
    private static final Set<String> KNOWN = Set.of("LayerName", "Description", "PublishLambdaVersion", "ContentUri",
            "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo", "RetentionPolicy");

    private SamLayerVersion() {
    }

    static void transform(Transformation transformation, Declared source) {
        source.allow(KNOWN);
        if (source.get("ContentUri") == null) {
            throw source.error("Missing required property 'ContentUri'.");
        }
        source.refuseOther("CompatibleRuntimes", List.class);
        source.refuseOther("CompatibleArchitectures", List.class);
        if (source.get("LicenseInfo") != null && !(source.get("LicenseInfo") instanceof String)
                && !Functions.isFunction(source.get("LicenseInfo"))) {
            throw source.error("Property 'LicenseInfo' should be a string.");
        }
        var properties = new LinkedHashMap<String, Object>();
        for (var name : List.of("LayerName", "Description", "PublishLambdaVersion", "ContentUri",
                "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo", "RetentionPolicy")) {
            if (source.get(name) != null) {
                properties.put(name, Set.of("LayerName", "LicenseInfo", "Description", "RetentionPolicy").contains(name)
                        ? transformation.parameters.resolve(source.get(name)) : source.get(name));
            }
        }
        var resource = Functions.map("Type", source.type(), "DependsOn", source.dependsOn(),
                "Condition", source.tree().get("Condition"), "Properties", properties);
        var id = LogicalId.of(source.id(), Functions.map(source.id(), resource));
        for (var architecture : source.get("CompatibleArchitectures") instanceof List<?> list ? list : List.of()) {
            if (!Functions.isFunction(architecture) && !Set.of("arm64", "x86_64").contains(architecture)) {
                throw SamError.resource(id, "CompatibleArchitectures needs to be a list of 'x86_64' or 'arm64'");
            }
        }
        var layer = new Generated(id, "AWS::Lambda::LayerVersion", source.passed());
        layer.dependsOn = source.dependsOn();
        layer.attributes.putIfAbsent("DeletionPolicy", "Retain");
        if (properties.get("RetentionPolicy") != null) {
            layer.attributes.put("DeletionPolicy", retention(source, properties.get("RetentionPolicy")));
        }
        var name = properties.get("LayerName");
        var content = SamFunction.location(source, "ContentUri");
        layer.with("LayerName", Functions.given(name) ? name : source.id())
                .with("Description", properties.get("Description"))
                .with("Content", content).with("CompatibleArchitectures", source.get("CompatibleArchitectures"))
                .with("CompatibleRuntimes", source.get("CompatibleRuntimes"))
                .with("LicenseInfo", properties.get("LicenseInfo"));
        transformation.add(source, List.of(layer));
        transformation.rename(source.id(), id);
    }

    private static String retention(Declared source, Object given) {
        if (Functions.isFunction(given)) {
            throw source.error("'RetentionPolicy' does not accept intrinsic functions, please use one of the "
                    + "following options: ['Retain', 'Delete']");
        }
        if (!(given instanceof String)) {
            throw source.error("Could not resolve parameter for 'RetentionPolicy' or parameter is not a String.");
        }
        return switch (Trees.text(given).toLowerCase(Locale.ROOT)) {
            case "retain" -> "Retain";
            case "delete" -> "Delete";
            default -> throw source
                    .error("'RetentionPolicy' must be one of the following options: ['Retain', 'Delete'].");
        };
    }
}
