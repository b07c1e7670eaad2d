package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.service.iam.IamResources.Bearers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::IAM::Policy: one document put inline into roles and users. */
record InlinePolicyType(Iam iam) implements ResourceType {
    private static final int MAX_NAME = 128;

    @Override
    public String type() {
        return "AWS::IAM::Policy";
    }

    @Override
    public Set<String> properties() {
        return Set.of("PolicyName", "PolicyDocument", "Roles", "Users", "Groups");
    }

    @Override
    public Set<String> required() {
        return Set.of("PolicyName", "PolicyDocument");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        IamResources.refuseGroups(desired);
        var bearers = Bearers.of(desired);
        bearers.check();
        bearers.putInline(iam, caller, name(desired), document(desired));
        return resource(desired.generatedName(MAX_NAME));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        IamResources.refuseGroups(after);
        var now = Bearers.of(after);
        now.check();
        now.putInline(iam, caller, name(after), document(after));
        var had = Bearers.of(before);
        (name(before).equals(name(after)) ? had.without(now) : had).deleteInline(iam, caller, name(before));
        return resource(physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        Bearers.of(last).deleteInline(iam, caller, name(last));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(resource(physicalId));
    }

    private static Resource resource(String physicalId) {
        return new Resource(physicalId, Map.of("Id", physicalId));
    }

    private static String name(Desired desired) {
        return IamResources.text(desired, "PolicyName");
    }

    private static String document(Desired desired) {
        return desired.document("PolicyDocument");
    }
}
