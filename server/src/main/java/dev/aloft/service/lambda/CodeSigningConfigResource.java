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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-codesigningconfig.html">
 *     AWS::Lambda::CodeSigningConfig</a>
 */
record CodeSigningConfigResource(Lambda lambda) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Lambda::CodeSigningConfig";
    }

    @Override
    public Set<String> properties() {
        return Set.of("AllowedPublishers", "CodeSigningPolicies", "Description", "Tags");
    }

    @Override
    public List<String> members() {
        return List.of(
                "AllowedPublishers: SigningProfileVersionArns!",
                "CodeSigningPolicies: UntrustedArtifactOnDeployment!");
    }

    @Override
    public Set<String> required() {
        return Set.of("AllowedPublishers");
    }

    /** A step repeated after a crash makes another, which nothing names. */
    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        return resource(lambda.createCodeSigningConfig(caller, Lambda.CreateCodeSigningConfigRequest.of(r -> r
                .description(text(p, "Description")).allowedPublishers(publishers(p)).codeSigningPolicies(policies(p))
                .tags(desired.marked()))).codeSigningConfig());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        Map<String, Object> p = after.properties();
        List<String> gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            lambda.untagResource(caller, Lambda.UntagResourceRequest.of(r -> r.resource(physicalId).tagKeys(gone)));
        }
        lambda.tagResource(caller, Lambda.TagResourceRequest.of(r -> r.resource(physicalId).tags(after.marked())));
        return resource(lambda.updateCodeSigningConfig(caller, Lambda.UpdateCodeSigningConfigRequest.of(r -> r
                .codeSigningConfigArn(physicalId).description(Objects.requireNonNullElse(text(p, "Description"), ""))
                .allowedPublishers(publishers(p))
                .codeSigningPolicies(Objects.requireNonNullElse(policies(p), Lambda.CodeSigningPolicies.of(_ -> {})))))
                .codeSigningConfig());
    }

    private static Lambda.AllowedPublishers publishers(Map<String, Object> p) {
        Map<String, Object> given = map(p, "AllowedPublishers");
        return Lambda.AllowedPublishers.of(a -> a.signingProfileVersionArns(
                given == null ? null : texts(given, "SigningProfileVersionArns")));
    }

    private static Lambda.CodeSigningPolicies policies(Map<String, Object> p) {
        Map<String, Object> given = map(p, "CodeSigningPolicies");
        return given == null ? null : Lambda.CodeSigningPolicies.of(
                c -> c.untrustedArtifactOnDeployment(text(given, "UntrustedArtifactOnDeployment")));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            lambda.deleteCodeSigningConfig(caller,
                    Lambda.DeleteCodeSigningConfigRequest.of(r -> r.codeSigningConfigArn(physicalId)));
        } catch (ApiError e) {
            if (e.status() != 404) {
                throw e;
            }
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(resource(lambda.getCodeSigningConfig(caller,
                    Lambda.GetCodeSigningConfigRequest.of(r -> r.codeSigningConfigArn(physicalId)))
                    .codeSigningConfig()));
        } catch (ApiError e) {
            if (e.status() != 404) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static Resource resource(Lambda.CodeSigningConfig config) {
        return new Resource(config.codeSigningConfigArn(), Map.of("CodeSigningConfigArn", config.codeSigningConfigArn(),
                "CodeSigningConfigId", config.codeSigningConfigId()));
    }
}
