package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.text;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversionpermission.html">
 *     AWS::Lambda::LayerVersionPermission</a>
 */
record LayerVersionPermissionResource(Lambda lambda) implements ResourceType {
    private static final int LONGEST_STATEMENT_ID = 100;

    @Override
    public String type() {
        return "AWS::Lambda::LayerVersionPermission";
    }

    @Override
    public Set<String> properties() {
        return Set.of("LayerVersionArn", "Action", "Principal", "OrganizationId");
    }

    @Override
    public Set<String> required() {
        return Set.of("LayerVersionArn", "Action", "Principal");
    }

    @Override
    public Set<String> replacedBy() {
        return properties();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        LayerName layer = LayerName.of(caller, text(p, "LayerVersionArn"));
        String id = desired.generatedName(LONGEST_STATEMENT_ID);
        try {
            lambda.addLayerVersionPermission(caller,
                    Lambda.AddLayerVersionPermissionRequest.of(r -> r.layerName(layer.arn())
                    .versionNumber(layer.version()).statementId(id).action(text(p, "Action"))
                    .principal(text(p, "Principal"))
                    .organizationId(text(p, "OrganizationId"))));
        } catch (Lambda.ResourceConflictException _) {
            // The statement's id is made from this resource alone: it is our own earlier work.
        }
        return resource(layer.versionArn() + "#" + id);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return resource(physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        int hash = physicalId.indexOf('#');
        LayerName layer = LayerName.of(caller, physicalId.substring(0, hash));
        try {
            lambda.removeLayerVersionPermission(caller,
                    Lambda.RemoveLayerVersionPermissionRequest.of(r -> r.layerName(layer.arn())
                    .versionNumber(layer.version()).statementId(physicalId.substring(hash + 1))));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already, perhaps with its layer
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(resource(physicalId));
    }

    private static Resource resource(String id) {
        return new Resource(id, Map.of("Id", id));
    }
}
