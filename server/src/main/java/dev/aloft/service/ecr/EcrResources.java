package dev.aloft.service.ecr;

import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::ECR::Repository. */
record EcrResources(Ecr ecr) implements ResourceType {
    private static final int MAX_NAME = 256;

    @Override
    public String type() {
        return "AWS::ECR::Repository";
    }

    @Override
    public Set<String> properties() {
        return Set.of("RepositoryName", "ImageTagMutability", "ImageScanningConfiguration", "LifecyclePolicy",
                "RepositoryPolicyText", "EncryptionConfiguration", "EmptyOnDelete", "Tags",
                "ImageTagMutabilityExclusionFilters");
    }

    @Override
    public List<String> members() {
        return List.of(
                "ImageScanningConfiguration: ScanOnPush",
                "LifecyclePolicy: LifecyclePolicyText RegistryId",
                "EncryptionConfiguration: EncryptionType! KmsKey",
                "ImageTagMutabilityExclusionFilters: ImageTagMutabilityExclusionFilterType! "
                        + "ImageTagMutabilityExclusionFilterValue!");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("RepositoryName", "EncryptionConfiguration");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("RepositoryName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        // Names of repositories have no upper case.
        var name = desired.name("RepositoryName", MAX_NAME).toLowerCase(Locale.ROOT);
        var encryption = desired.properties().get("EncryptionConfiguration") instanceof Map<?, ?> given
                ? Ecr.EncryptionConfiguration.of(
                        e -> e.encryptionType(Objects.toString(given.get("EncryptionType"), null))
                        .kmsKey(Objects.toString(given.get("KmsKey"), null)))
                : null;
        try {
            ecr.createRepository(caller, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName(name)
                    .imageTagMutability(mutability(desired)).imageTagMutabilityExclusionFilters(exclusions(desired))
                    .imageScanningConfiguration(scanning(desired))
                    .encryptionConfiguration(encryption).tags(Repositories.told(desired.marked()))));
        } catch (Ecr.RepositoryAlreadyExistsException e) {
            if (!isOurs(caller, name, desired)) {
                throw e;
            }
        }
        return ResourceType.complete(name, () -> {
            setPolicies(caller, name, desired);
            return existing(caller, name);
        });
    }

    /** Made by an earlier try for the same resource of the same stack. */
    private boolean isOurs(Caller caller, String name, Desired desired) {
        var arn = Repositories.arn(caller, name);
        var known = Repositories.with(Map.of(),
                ecr.listTagsForResource(caller, Ecr.ListTagsForResourceRequest.of(r -> r.resourceArn(arn))).tags());
        return desired.isMarkedIn(known);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        ecr.putImageTagMutability(caller, Ecr.PutImageTagMutabilityRequest.of(
                r -> r.repositoryName(physicalId).imageTagMutability(mutability(after))
                        .imageTagMutabilityExclusionFilters(exclusions(after))));
        ecr.putImageScanningConfiguration(caller, Ecr.PutImageScanningConfigurationRequest.of(
                r -> r.repositoryName(physicalId).imageScanningConfiguration(scanning(after))));
        setPolicies(caller, physicalId, after);
        var arn = Repositories.arn(caller, physicalId);
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            ecr.untagResource(caller, Ecr.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
        }
        ecr.tagResource(caller, Ecr.TagResourceRequest.of(r -> r.resourceArn(arn)
                .tags(Repositories.told(after.marked()))));
        return existing(caller, physicalId);
    }

    private void setPolicies(Caller caller, String name, Desired desired) {
        var policy = desired.document("RepositoryPolicyText");
        try {
            if (policy == null) {
                ecr.deleteRepositoryPolicy(caller, Ecr.DeleteRepositoryPolicyRequest.of(r -> r.repositoryName(name)));
            } else {
                ecr.setRepositoryPolicy(caller,
                        Ecr.SetRepositoryPolicyRequest.of(r -> r.repositoryName(name).policyText(policy)));
            }
        } catch (Ecr.RepositoryPolicyNotFoundException _) {
            // It had none.
        }
        var lifecycle = desired.properties().get("LifecyclePolicy") instanceof Map<?, ?> given
                ? Desired.document(given, "LifecyclePolicyText") : null;
        try {
            if (lifecycle == null) {
                ecr.deleteLifecyclePolicy(caller, Ecr.DeleteLifecyclePolicyRequest.of(r -> r.repositoryName(name)));
            } else {
                ecr.putLifecyclePolicy(caller,
                        Ecr.PutLifecyclePolicyRequest.of(r -> r.repositoryName(name).lifecyclePolicyText(lifecycle)));
            }
        } catch (Ecr.LifecyclePolicyNotFoundException _) {
            // It had none.
        }
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            boolean empty = "true".equals(Objects.toString(last.properties().get("EmptyOnDelete")));
            ecr.deleteRepository(caller,
                    Ecr.DeleteRepositoryRequest.of(r -> r.repositoryName(physicalId).force(empty)));
        } catch (Ecr.RepositoryNotFoundException _) {
            // Gone already, which is what was wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Ecr.RepositoryNotFoundException _) {
            return Optional.empty();
        }
    }

    private Resource existing(Caller caller, String name) {
        var repository = ecr.describeRepositories(caller,
                Ecr.DescribeRepositoriesRequest.of(r -> r.repositoryNames(List.of(name)))).repositories().getFirst();
        // As templates put it together themselves, and as functions' images are named on AWS.
        String uri = caller.account() + ".dkr.ecr." + caller.region() + ".amazonaws.com/" + name;
        return new Resource(name, Map.of("Arn", repository.repositoryArn(), "RepositoryUri", uri));
    }

    private static String mutability(Desired desired) {
        return Objects.toString(desired.properties().get("ImageTagMutability"), Ecr.ImageTagMutability.MUTABLE);
    }

    private static List<Ecr.ImageTagMutabilityExclusionFilter> exclusions(Desired desired) {
        if (!(desired.properties().get("ImageTagMutabilityExclusionFilters") instanceof List<?> list)) {
            return null;
        }
        return list.stream().map(each -> (Map<?, ?>) each).map(given -> Ecr.ImageTagMutabilityExclusionFilter.of(
                f -> f.filterType(Objects.toString(given.get("ImageTagMutabilityExclusionFilterType"), null))
                        .filter(Objects.toString(given.get("ImageTagMutabilityExclusionFilterValue"), null)))).toList();
    }

    private static Ecr.ImageScanningConfiguration scanning(Desired desired) {
        boolean scan = desired.properties().get("ImageScanningConfiguration") instanceof Map<?, ?> given
                && "true".equals(Objects.toString(given.get("ScanOnPush")));
        return Ecr.ImageScanningConfiguration.of(s -> s.scanOnPush(scan));
    }

}
