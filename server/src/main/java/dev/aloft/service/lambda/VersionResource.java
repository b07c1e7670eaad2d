package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.text;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html">AWS::Lambda::Version</a>
 */
record VersionResource(Lambda lambda, Snapshots snapshots) implements ResourceType {
    private static final String RUNTIME = "RuntimePolicy";

    @Override
    public String type() {
        return "AWS::Lambda::Version";
    }

    @Override
    public Set<String> properties() {
        return Set.of("FunctionName", "Description", "CodeSha256", ProvisionedProperty.NAME, RUNTIME);
    }

    @Override
    public List<String> members() {
        return List.of(
                "ProvisionedConcurrencyConfig: ProvisionedConcurrentExecutions!",
                "RuntimePolicy: UpdateRuntimeOn! RuntimeVersionArn");
    }

    @Override
    public Set<String> required() {
        return Set.of("FunctionName");
    }

    @Override
    public Set<String> replacedBy() {
        return properties();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        String last = last(caller, text(p, "FunctionName"));
        var published = lambda.publishVersion(caller, Lambda.PublishVersionRequest.of(r -> r
                .functionName(text(p, "FunctionName")).description(text(p, "Description"))
                .codeSha256(text(p, "CodeSha256"))));
        // Publishing what is published gives the version that is there, which is not this resource's to delete.
        if (published.version().equals(last)) {
            throw new Lambda.ResourceConflictException("A version for this Lambda function exists ( " + last
                    + " ). Modify the function to create a new version.");
        }
        Resource version = resource(ready(caller, published));
        return ResourceType.complete(version.physicalId(), () -> {
            FunctionName name = FunctionName.of(caller, version.physicalId());
            ProvisionedProperty.apply(lambda, caller, name, Map.of(), p);
            Map<String, Object> updates = map(p, RUNTIME);
            if (updates != null) {
                lambda.putRuntimeManagementConfig(caller, Lambda.PutRuntimeManagementConfigRequest.of(r -> r
                        .functionName(name.arn()).qualifier(name.qualifier())
                        .updateRuntimeOn(text(updates, "UpdateRuntimeOn"))
                        .runtimeVersionArn(text(updates, "RuntimeVersionArn"))));
            }
            return version;
        });
    }

    /** One with SnapStart is there once it went through its init. */
    private Lambda.FunctionConfiguration ready(Caller caller, Lambda.FunctionConfiguration published) {
        if (!Lambda.State.PENDING.equals(published.state())) {
            return published;
        }
        FunctionName name = FunctionName.of(caller, published.functionArn());
        try {
            Lambda.FunctionConfiguration now = snapshots.await(name);
            if (Lambda.State.FAILED.equals(now.state())) {
                delete(caller, published.functionArn(), null);
                throw new Lambda.ResourceNotReadyException(name.name() + ":" + now.version()
                        + " did not stabilize. Reason: "
                        + now.stateReason());
            }
            return now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        }
    }

    private String last(Caller caller, String function) {
        String last = null;
        String marker = null;
        do {
            String from = marker;
            var page = lambda.listVersionsByFunction(caller,
                    Lambda.ListVersionsByFunctionRequest.of(r -> r.functionName(function).marker(from)));
            last = page.versions().isEmpty() ? last : page.versions().getLast().version();
            marker = page.nextMarker();
        } while (marker != null);
        return last;
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return read(caller, physicalId).orElseThrow();
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            lambda.deleteFunction(caller, Lambda.DeleteFunctionRequest.of(r -> r.functionName(physicalId)));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already, perhaps with its function
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(resource(lambda.getFunctionConfiguration(caller,
                    Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName(physicalId)))));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(Lambda.FunctionConfiguration c) {
        return new Resource(c.functionArn(), Map.of("Version", c.version(), "FunctionArn", c.functionArn()));
    }
}
