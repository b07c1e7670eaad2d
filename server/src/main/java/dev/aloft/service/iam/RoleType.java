package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::IAM::Role. */
record RoleType(Iam iam) implements ResourceType {
    private static final int MAX_NAME = 64;

    @Override
    public String type() {
        return "AWS::IAM::Role";
    }

    @Override
    public Set<String> properties() {
        return Set.of("AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
                "PermissionsBoundary", "Policies", "RoleName", "Tags");
    }

    @Override
    public List<String> members() {
        return List.of(
                "Policies: PolicyDocument! PolicyName!");
    }

    @Override
    public Set<String> required() {
        return Set.of("AssumeRolePolicyDocument");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("RoleName", "Path");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("RoleName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("RoleName", MAX_NAME);
        try {
            iam.createRole(caller, Iam.CreateRoleRequest.of(r -> r
                    .roleName(name).path(IamResources.text(desired, "Path"))
                    .assumeRolePolicyDocument(trust(desired))
                    .description(IamResources.text(desired, "Description"))
                    .maxSessionDuration(IamResources.number(desired, "MaxSessionDuration"))
                    .permissionsBoundary(IamResources.text(desired, "PermissionsBoundary"))
                    .tags(IamResources.told(desired.marked()))));
        } catch (Iam.EntityAlreadyExistsException e) {
            var role = iam.getRole(caller, Iam.GetRoleRequest.of(r -> r.roleName(name))).role();
            if (role.tags() == null || !IamResources.isOurs(desired, role.tags())) {
                throw e;
            }
        }
        return ResourceType.complete(name, () -> {
            IamResources.inline(desired).forEach((policy, document) -> put(caller, name, policy, document));
            IamResources.texts(desired, "ManagedPolicyArns").forEach(arn -> attach(caller, name, arn));
            return existing(caller, name);
        });
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var description = IamResources.text(after, "Description");
        var seconds = IamResources.number(after, "MaxSessionDuration");
        iam.updateRole(caller, Iam.UpdateRoleRequest.of(r -> r.roleName(physicalId)
                .description(description == null ? "" : description)
                .maxSessionDuration(seconds == null ? 3600 : seconds)));
        if (!trust(before).equals(trust(after))) {
            iam.updateAssumeRolePolicy(caller, Iam.UpdateAssumeRolePolicyRequest.of(
                    r -> r.roleName(physicalId).policyDocument(trust(after))));
        }
        var boundary = IamResources.text(after, "PermissionsBoundary");
        if (!Objects.equals(boundary, IamResources.text(before, "PermissionsBoundary"))) {
            if (boundary == null) {
                IamResources.quietly(() -> iam.deleteRolePermissionsBoundary(caller,
                        Iam.DeleteRolePermissionsBoundaryRequest.of(r -> r.roleName(physicalId))));
            } else {
                iam.putRolePermissionsBoundary(caller, Iam.PutRolePermissionsBoundaryRequest.of(
                        r -> r.roleName(physicalId).permissionsBoundary(boundary)));
            }
        }
        var had = IamResources.inline(before);
        var wanted = IamResources.inline(after);
        had.keySet().stream().filter(policy -> !wanted.containsKey(policy))
                .forEach(policy -> remove(caller, physicalId, policy));
        wanted.forEach((policy, document) -> {
            if (!document.equals(had.get(policy))) {
                put(caller, physicalId, policy, document);
            }
        });
        IamResources.change(IamResources.texts(before, "ManagedPolicyArns"),
                IamResources.texts(after, "ManagedPolicyArns"),
                arn -> detach(caller, physicalId, arn), arn -> attach(caller, physicalId, arn));
        changeTags(caller, physicalId, before.marked(), after.marked());
        return existing(caller, physicalId);
    }

    private void changeTags(Caller caller, String name, Map<String, String> before, Map<String, String> after) {
        var gone = before.keySet().stream().filter(key -> !after.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            iam.untagRole(caller, Iam.UntagRoleRequest.of(r -> r.roleName(name).tagKeys(gone)));
        }
        if (!before.equals(after)) {
            iam.tagRole(caller, Iam.TagRoleRequest.of(r -> r.roleName(name).tags(IamResources.told(after))));
        }
    }

    /** Removes what the template gave it; what others attached since makes IAM refuse, as it does on AWS. */
    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        IamResources.inline(last).keySet().forEach(policy -> remove(caller, physicalId, policy));
        IamResources.texts(last, "ManagedPolicyArns")
                .forEach(arn -> IamResources.quietly(() -> detach(caller, physicalId, arn)));
        IamResources.quietly(() -> iam.deleteRole(caller, Iam.DeleteRoleRequest.of(r -> r.roleName(physicalId))));
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
        var role = iam.getRole(caller, Iam.GetRoleRequest.of(r -> r.roleName(name))).role();
        return new Resource(role.roleName(), Map.of("Arn", role.arn(), "RoleId", role.roleId()));
    }

    private static String trust(Desired desired) {
        return desired.document("AssumeRolePolicyDocument");
    }

    private void put(Caller caller, String name, String policy, String document) {
        new IamResources.Bearers(List.of(name), List.of()).putInline(iam, caller, policy, document);
    }

    private void remove(Caller caller, String name, String policy) {
        new IamResources.Bearers(List.of(name), List.of()).deleteInline(iam, caller, policy);
    }

    private void attach(Caller caller, String name, String arn) {
        iam.attachRolePolicy(caller, Iam.AttachRolePolicyRequest.of(r -> r.roleName(name).policyArn(arn)));
    }

    private void detach(Caller caller, String name, String arn) {
        iam.detachRolePolicy(caller, Iam.DetachRolePolicyRequest.of(r -> r.roleName(name).policyArn(arn)));
    }
}
