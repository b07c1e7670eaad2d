package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::IAM::User, without groups and login profile. */
record UserType(Iam iam) implements ResourceType {
    private static final int MAX_NAME = 64;

    @Override
    public String type() {
        return "AWS::IAM::User";
    }

    @Override
    public Set<String> properties() {
        return Set.of("UserName", "Path", "Policies", "ManagedPolicyArns", "PermissionsBoundary", "Tags");
    }

    @Override
    public List<String> members() {
        return List.of(
                "Policies: PolicyDocument! PolicyName!");
    }

    /** AWS changes a path and a boundary in place; here they make a new user. */
    @Override
    public Set<String> replacedBy() {
        return Set.of("UserName", "Path", "PermissionsBoundary");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("UserName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("UserName", MAX_NAME);
        try {
            iam.createUser(caller, Iam.CreateUserRequest.of(r -> r
                    .userName(name).path(IamResources.text(desired, "Path"))
                    .permissionsBoundary(IamResources.text(desired, "PermissionsBoundary"))
                    .tags(IamResources.told(desired.marked()))));
        } catch (Iam.EntityAlreadyExistsException e) {
            var user = iam.getUser(caller, Iam.GetUserRequest.of(r -> r.userName(name))).user();
            if (user.tags() == null || !IamResources.isOurs(desired, user.tags())) {
                throw e;
            }
        }
        return ResourceType.complete(name, () -> {
            var itself = itself(name);
            IamResources.inline(desired).forEach((policy, document) -> itself.putInline(iam, caller, policy, document));
            IamResources.texts(desired, "ManagedPolicyArns").forEach(arn -> itself.attach(iam, caller, arn));
            return existing(caller, name);
        });
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var itself = itself(physicalId);
        var wanted = IamResources.inline(after);
        IamResources.inline(before).keySet().stream().filter(policy -> !wanted.containsKey(policy))
                .forEach(policy -> itself.deleteInline(iam, caller, policy));
        wanted.forEach((policy, document) -> itself.putInline(iam, caller, policy, document));
        IamResources.change(IamResources.texts(before, "ManagedPolicyArns"),
                IamResources.texts(after, "ManagedPolicyArns"),
                arn -> itself.detach(iam, caller, arn), arn -> itself.attach(iam, caller, arn));
        var tags = after.marked();
        var gone = before.marked().keySet().stream().filter(key -> !tags.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            iam.untagUser(caller, Iam.UntagUserRequest.of(r -> r.userName(physicalId).tagKeys(gone)));
        }
        iam.tagUser(caller, Iam.TagUserRequest.of(r -> r.userName(physicalId).tags(IamResources.told(tags))));
        return existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        var itself = itself(physicalId);
        IamResources.inline(last).keySet().forEach(policy -> itself.deleteInline(iam, caller, policy));
        IamResources.texts(last, "ManagedPolicyArns").forEach(arn -> itself.detach(iam, caller, arn));
        IamResources.quietly(() -> iam.deleteUser(caller, Iam.DeleteUserRequest.of(r -> r.userName(physicalId))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Iam.NoSuchEntityException _) {
            return Optional.empty();
        }
    }

    private Resource existing(Caller caller, String name) {
        var user = iam.getUser(caller, Iam.GetUserRequest.of(r -> r.userName(name))).user();
        return new Resource(user.userName(), Map.of("Arn", user.arn()));
    }

    private static IamResources.Bearers itself(String name) {
        return new IamResources.Bearers(List.of(), List.of(name));
    }
}
