package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.text;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html">AWS::Lambda::Permission</a>
 */
record PermissionResource(Lambda lambda) implements ResourceType {
    private static final int LONGEST_STATEMENT_ID = 100;

    @Override
    public String type() {
        return "AWS::Lambda::Permission";
    }

    @Override
    public Set<String> properties() {
        return Set.of("FunctionName", "Action", "Principal", "SourceArn", "SourceAccount", "EventSourceToken",
                "FunctionUrlAuthType", "PrincipalOrgID", "InvokedViaFunctionUrl");
    }

    @Override
    public Set<String> required() {
        return Set.of("FunctionName", "Action", "Principal");
    }

    @Override
    public Set<String> replacedBy() {
        return properties();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        String id = desired.generatedName(LONGEST_STATEMENT_ID);
        String invokedViaUrl = text(p, "InvokedViaFunctionUrl");
        try {
            lambda.addPermission(caller, Lambda.AddPermissionRequest.of(r -> r.functionName(text(p, "FunctionName"))
                    .statementId(id).action(text(p, "Action")).principal(text(p, "Principal"))
                    .sourceArn(text(p, "SourceArn"))
                    .sourceAccount(text(p, "SourceAccount")).eventSourceToken(text(p, "EventSourceToken"))
                    .functionUrlAuthType(text(p, "FunctionUrlAuthType")).principalOrgID(text(p, "PrincipalOrgID"))
                    .invokedViaFunctionUrl(invokedViaUrl == null ? null : Boolean.valueOf(invokedViaUrl))));
        } catch (Lambda.ResourceConflictException _) {
            // The statement's id is made from this resource alone: it is our own earlier work.
        }
        return new Resource(id, Map.of("Id", id));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return new Resource(physicalId, Map.of("Id", physicalId));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            lambda.removePermission(caller, Lambda.RemovePermissionRequest.of(r -> r
                    .functionName(text(last.properties(), "FunctionName")).statementId(physicalId)));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already, perhaps with its function
        }
    }

    /** A statement's id alone does not tell its function. */
    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of("Id", physicalId)));
    }
}
