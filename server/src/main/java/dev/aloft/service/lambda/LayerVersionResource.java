package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.text;
import static dev.aloft.service.lambda.TemplateProperties.texts;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html">
 *     AWS::Lambda::LayerVersion</a>
 */
record LayerVersionResource(Lambda lambda) implements ResourceType {
    private static final int LONGEST_NAME = 140;

    @Override
    public String type() {
        return "AWS::Lambda::LayerVersion";
    }

    @Override
    public Set<String> properties() {
        return Set.of("LayerName", "Content", "Description", "CompatibleRuntimes", "CompatibleArchitectures",
                "LicenseInfo");
    }

    @Override
    public List<String> members() {
        return List.of(
                "Content: S3Bucket! S3Key! S3ObjectVersion");
    }

    @Override
    public Set<String> required() {
        return Set.of("Content");
    }

    @Override
    public Set<String> replacedBy() {
        return properties();
    }

    /**
     * A step repeated after a crash publishes once more: a version that nobody names is all that is left of the first.
     */
    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        Map<String, Object> content = map(p, "Content");
        if (content == null) {
            throw ApiError.of("ValidationError", 400, "Property Content must be of type Object");
        }
        var published = lambda.publishLayerVersion(caller, Lambda.PublishLayerVersionRequest.of(r -> r
                .layerName(desired.name("LayerName", LONGEST_NAME)).description(text(p, "Description"))
                .compatibleRuntimes(texts(p, "CompatibleRuntimes"))
                .compatibleArchitectures(texts(p, "CompatibleArchitectures"))
                .licenseInfo(text(p, "LicenseInfo"))
                .content(Lambda.LayerVersionContentInput.of(c -> c.s3Bucket(text(content, "S3Bucket"))
                        .s3Key(text(content, "S3Key"))
                        .s3ObjectVersion(text(content, "S3ObjectVersion"))))));
        return resource(published.layerVersionArn());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return resource(physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        LayerName name = LayerName.of(caller, physicalId);
        lambda.deleteLayerVersion(caller,
                Lambda.DeleteLayerVersionRequest.of(r -> r.layerName(name.arn()).versionNumber(name.version())));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            lambda.getLayerVersionByArn(caller, Lambda.GetLayerVersionByArnRequest.of(r -> r.arn(physicalId)));
            return Optional.of(resource(physicalId));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(String arn) {
        return new Resource(arn, Map.of("LayerVersionArn", arn));
    }
}
