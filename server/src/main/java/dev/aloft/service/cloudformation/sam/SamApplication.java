package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.List;
import java.util.Set;

/** {@code AWS::Serverless::Application} with a template in S3: a nested stack. */
final class SamApplication {
    private SamApplication() {
    }

    static void transform(Transformation transformation, Declared source) {
        source.allow(Set.of("Location", "TemplateUrl", "Parameters", "NotificationARNs", "Tags", "TimeoutInMinutes"));
        if (source.get("Location") == null) {
            throw source.error("Missing required property 'Location'.");
        }
        if (!(source.get("Location") instanceof String url)) {
            throw source.error("Applications of the Serverless Application Repository are not built in Aloft.");
        }
        var tags = Functions.tags(Functions.map("lambda:createdBy", "SAM"));
        tags.addAll(Functions.tags(source.map("Tags")));
        var stack = new Generated(source.id(), "AWS::CloudFormation::Stack", source.passed());
        stack.dependsOn = source.dependsOn();
        transformation.add(source, List.of(stack.with("Parameters", source.get("Parameters"))
                .with("NotificationARNs", source.get("NotificationARNs")).with("Tags", tags)
                .with("TimeoutInMinutes", source.get("TimeoutInMinutes")).with("TemplateURL", Trees.text(url))));
    }
}
