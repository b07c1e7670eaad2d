package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.service.iam.IamResources.Bearers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::IAM::ManagedPolicy. */
record ManagedPolicyType(Iam iam) implements ResourceType {
    private static final int MAX_NAME = 128;
    private static final int MOST_VERSIONS = 5;

    @Override
    public String type() {
        return "AWS::IAM::ManagedPolicy";
    }

    @Override
    public Set<String> properties() {
        return Set.of("ManagedPolicyName", "PolicyDocument", "Path", "Description", "Roles", "Users", "Groups");
    }

    @Override
    public Set<String> required() {
        return Set.of("PolicyDocument");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("ManagedPolicyName", "Path", "Description");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("ManagedPolicyName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        IamResources.refuseGroups(desired);
        var name = desired.name("ManagedPolicyName", MAX_NAME);
        var path = IamResources.text(desired, "Path");
        var arn = "arn:aws:iam::" + caller.account() + ":policy" + (path == null ? "/" : path) + name;
        try {
            iam.createPolicy(caller, Iam.CreatePolicyRequest.of(r -> r
                    .policyName(name).path(path).policyDocument(document(desired))
                    .description(IamResources.text(desired, "Description"))
                    .tags(IamResources.told(desired.marked()))));
        } catch (Iam.EntityAlreadyExistsException e) {
            var tags = get(caller, arn).tags();
            if (tags == null || !IamResources.isOurs(desired, tags)) {
                throw e;
            }
        }
        return ResourceType.complete(arn, () -> {
            Bearers.of(desired).attach(iam, caller, arn);
            return resource(get(caller, arn));
        });
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        IamResources.refuseGroups(after);
        if (!document(before).equals(document(after))) {
            makeRoom(caller, physicalId);
            iam.createPolicyVersion(caller, Iam.CreatePolicyVersionRequest.of(
                    r -> r.policyArn(physicalId).policyDocument(document(after)).setAsDefault(true)));
        }
        var had = Bearers.of(before);
        var now = Bearers.of(after);
        had.without(now).detach(iam, caller, physicalId);
        now.without(had).attach(iam, caller, physicalId);
        return resource(get(caller, physicalId));
    }

    /** The oldest version that is not in force goes when there are as many as there may be. */
    private void makeRoom(Caller caller, String arn) {
        var versions = iam.listPolicyVersions(caller, Iam.ListPolicyVersionsRequest.of(r -> r.policyArn(arn)))
                .versions();
        if (versions.size() >= MOST_VERSIONS) {
            versions.reversed().stream().filter(version -> !version.isDefaultVersion()).findFirst()
                    .ifPresent(version -> deleteVersion(caller, arn, version));
        }
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        Bearers.of(last).detach(iam, caller, physicalId);
        IamResources.quietly(() -> {
            iam.listPolicyVersions(caller, Iam.ListPolicyVersionsRequest.of(r -> r.policyArn(physicalId)))
                    .versions().stream()
                    .filter(version -> !version.isDefaultVersion())
                    .forEach(version -> deleteVersion(caller, physicalId, version));
            iam.deletePolicy(caller, Iam.DeletePolicyRequest.of(r -> r.policyArn(physicalId)));
        });
    }

    private void deleteVersion(Caller caller, String arn, Iam.PolicyVersion version) {
        iam.deletePolicyVersion(caller, Iam.DeletePolicyVersionRequest.of(
                r -> r.policyArn(arn).versionId(version.versionId())));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(resource(get(caller, physicalId)));
        } catch (Iam.NoSuchEntityException _) {
            return Optional.empty();
        }
    }

    private Iam.Policy get(Caller caller, String arn) {
        return iam.getPolicy(caller, Iam.GetPolicyRequest.of(r -> r.policyArn(arn))).policy();
    }

    private static Resource resource(Iam.Policy policy) {
        return new Resource(policy.arn(), Map.of(
                "PolicyArn", policy.arn(),
                "PolicyId", policy.policyId(),
                "DefaultVersionId", policy.defaultVersionId(),
                "AttachmentCount", policy.attachmentCount(),
                "PermissionsBoundaryUsageCount", policy.permissionsBoundaryUsageCount(),
                "IsAttachable", policy.isAttachable(),
                "CreateDate", policy.createDate().toString(),
                "UpdateDate", policy.updateDate().toString()));
    }

    private static String document(Desired desired) {
        return desired.document("PolicyDocument");
    }
}
