package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::IAM::RolePolicy and AWS::IAM::UserPolicy: one document put inline into one role or user.
 *
 * @param holder {@code Role} or {@code User}
 */
record HolderPolicyType(Iam iam, String holder) implements ResourceType {
    @Override
    public String type() {
        return "AWS::IAM::" + holder + "Policy";
    }

    @Override
    public Set<String> properties() {
        return Set.of(holder + "Name", "PolicyName", "PolicyDocument");
    }

    @Override
    public Set<String> required() {
        return Set.of(holder + "Name", "PolicyName");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of(holder + "Name", "PolicyName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        bearer(desired).putInline(iam, caller, IamResources.text(desired, "PolicyName"),
                desired.document("PolicyDocument"));
        return new Resource(IamResources.text(desired, "PolicyName") + "|" + name(desired), Map.of());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return create(caller, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        bearer(last).deleteInline(iam, caller, IamResources.text(last, "PolicyName"));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of()));
    }

    private String name(Desired desired) {
        return IamResources.text(desired, holder + "Name");
    }

    private IamResources.Bearers bearer(Desired desired) {
        var one = List.of(name(desired));
        return holder.equals("Role") ? new IamResources.Bearers(one, List.of())
                : new IamResources.Bearers(List.of(), one);
    }
}
