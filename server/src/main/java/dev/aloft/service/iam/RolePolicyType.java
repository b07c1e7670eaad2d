package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::IAM::RolePolicy: one document put inline into one role. */
record RolePolicyType(Iam iam) implements ResourceType {
    @Override
    public String type() {
        return "AWS::IAM::RolePolicy";
    }

    @Override
    public Set<String> properties() {
        return Set.of("RoleName", "PolicyName", "PolicyDocument");
    }

    @Override
    public Set<String> required() {
        return properties();
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("RoleName", "PolicyName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        role(desired).putInline(iam, caller, IamResources.text(desired, "PolicyName"),
                IamResources.document(desired.properties().get("PolicyDocument")));
        return new Resource(IamResources.text(desired, "PolicyName") + "|" + IamResources.text(desired, "RoleName"), Map.of());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return create(caller, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        role(last).deleteInline(iam, caller, IamResources.text(last, "PolicyName"));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of()));
    }

    private static IamResources.Bearers role(Desired desired) {
        return new IamResources.Bearers(List.of(IamResources.text(desired, "RoleName")), List.of());
    }
}
