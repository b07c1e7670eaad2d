package dev.aloft.service.ecr;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.ecr.EcrData.Kept;
import java.util.List;
import java.util.Optional;

/** The operations of Amazon ECR. */
public final class EcrService implements Service, Ecr {
    private final EcrData data = new EcrData();
    private final Store store;
    private final Repositories repositories;
    private final List<ResourceType> resourceTypes;

    public EcrService(Store platform, Time time, Endpoint endpoint) {
        store = platform.in("ecr");
        repositories = new Repositories(data, store, time);
        resourceTypes = List.of(new EcrResources(Ecr.at(endpoint)));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("repository/")) {
            return Optional.empty();
        }
        var parsed = Arn.parse(arn);
        var key = Key.of(parsed.account(), parsed.region(), Repositories.named(caller, arn));
        return store.read(tx -> data.repositories.get(tx, key).map(Kept::policy));
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateRepositoryRequest r -> repository("CreateRepository", caller, r.repositoryName());
            case DescribeRepositoriesRequest r -> new Access("ecr:DescribeRepositories",
                r.repositoryNames() == null || r.repositoryNames().isEmpty() ? List.of(Repositories.arn(caller, "*"))
                    : r.repositoryNames().stream().map(name -> Repositories.arn(caller, name)).toList());
            case DeleteRepositoryRequest r -> repository("DeleteRepository", caller, r.repositoryName());
            case SetRepositoryPolicyRequest r -> repository("SetRepositoryPolicy", caller, r.repositoryName());
            case GetRepositoryPolicyRequest r -> repository("GetRepositoryPolicy", caller, r.repositoryName());
            case DeleteRepositoryPolicyRequest r -> repository("DeleteRepositoryPolicy", caller, r.repositoryName());
            case PutLifecyclePolicyRequest r -> repository("PutLifecyclePolicy", caller, r.repositoryName());
            case GetLifecyclePolicyRequest r -> repository("GetLifecyclePolicy", caller, r.repositoryName());
            case DeleteLifecyclePolicyRequest r -> repository("DeleteLifecyclePolicy", caller, r.repositoryName());
            case PutImageScanningConfigurationRequest r ->
                repository("PutImageScanningConfiguration", caller, r.repositoryName());
            case PutImageTagMutabilityRequest r -> repository("PutImageTagMutability", caller, r.repositoryName());
            case ListTagsForResourceRequest r -> Access.to("ecr:ListTagsForResource", r.resourceArn());
            case TagResourceRequest r -> Access.to("ecr:TagResource", r.resourceArn());
            case UntagResourceRequest r -> Access.to("ecr:UntagResource", r.resourceArn());
        };
    }

    private static Access repository(String operation, Caller caller, String name) {
        return Access.to("ecr:" + operation, Repositories.arn(caller, name));
    }

    @Override
    public CreateRepositoryResponse createRepository(Caller caller, CreateRepositoryRequest input) {
        var created = repositories.create(caller, input);
        return CreateRepositoryResponse.of(r -> r.repository(created));
    }

    @Override
    public DescribeRepositoriesResponse describeRepositories(Caller caller, DescribeRepositoriesRequest input) {
        return repositories.describe(caller, input);
    }

    @Override
    public DeleteRepositoryResponse deleteRepository(Caller caller, DeleteRepositoryRequest input) {
        var deleted = repositories.delete(caller, input.registryId(), input.repositoryName());
        return DeleteRepositoryResponse.of(r -> r.repository(deleted));
    }

    @Override
    public SetRepositoryPolicyResponse setRepositoryPolicy(Caller caller, SetRepositoryPolicyRequest input) {
        var policy = Repositories.checkedPolicy(input.policyText());
        repositories.change(caller, input.registryId(), input.repositoryName(), it -> it.withPolicy(policy));
        return SetRepositoryPolicyResponse.of(
                r -> r.registryId(caller.account()).repositoryName(input.repositoryName()).policyText(policy));
    }

    @Override
    public GetRepositoryPolicyResponse getRepositoryPolicy(Caller caller, GetRepositoryPolicyRequest input) {
        var policy = repositories.policy(caller, repositories.get(caller, input.registryId(), input.repositoryName()));
        return GetRepositoryPolicyResponse.of(
                r -> r.registryId(caller.account()).repositoryName(input.repositoryName()).policyText(policy));
    }

    @Override
    public DeleteRepositoryPolicyResponse deleteRepositoryPolicy(Caller caller, DeleteRepositoryPolicyRequest input) {
        var before = repositories.change(caller, input.registryId(), input.repositoryName(), it -> {
            repositories.policy(caller, it);
            return it.withPolicy(null);
        });
        return DeleteRepositoryPolicyResponse.of(
                r -> r.registryId(caller.account()).repositoryName(input.repositoryName()).policyText(before.policy()));
    }

    @Override
    public PutLifecyclePolicyResponse putLifecyclePolicy(Caller caller, PutLifecyclePolicyRequest input) {
        var policy = Repositories.checkedLifecyclePolicy(input.lifecyclePolicyText());
        repositories.change(caller, input.registryId(), input.repositoryName(), it -> it.withLifecyclePolicy(policy));
        return PutLifecyclePolicyResponse.of(
                r -> r.registryId(caller.account()).repositoryName(input.repositoryName()).lifecyclePolicyText(policy));
    }

    @Override
    public GetLifecyclePolicyResponse getLifecyclePolicy(Caller caller, GetLifecyclePolicyRequest input) {
        var policy = repositories.lifecyclePolicy(caller,
                repositories.get(caller, input.registryId(), input.repositoryName()));
        return GetLifecyclePolicyResponse.of(
                r -> r.registryId(caller.account()).repositoryName(input.repositoryName()).lifecyclePolicyText(policy));
    }

    @Override
    public DeleteLifecyclePolicyResponse deleteLifecyclePolicy(Caller caller, DeleteLifecyclePolicyRequest input) {
        var before = repositories.change(caller, input.registryId(), input.repositoryName(), it -> {
            repositories.lifecyclePolicy(caller, it);
            return it.withLifecyclePolicy(null);
        });
        return DeleteLifecyclePolicyResponse.of(r -> r.registryId(caller.account()).repositoryName(input.repositoryName())
                .lifecyclePolicyText(before.lifecyclePolicy()));
    }

    @Override
    public PutImageScanningConfigurationResponse putImageScanningConfiguration(
            Caller caller, PutImageScanningConfigurationRequest input) {
        boolean scan = Boolean.TRUE.equals(input.imageScanningConfiguration().scanOnPush());
        repositories.change(caller, input.registryId(), input.repositoryName(), it -> it.withScanOnPush(scan));
        return PutImageScanningConfigurationResponse.of(r -> r.registryId(caller.account())
                .repositoryName(input.repositoryName())
                .imageScanningConfiguration(ImageScanningConfiguration.of(s -> s.scanOnPush(scan))));
    }

    @Override
    public PutImageTagMutabilityResponse putImageTagMutability(Caller caller, PutImageTagMutabilityRequest input) {
        repositories.change(caller, input.registryId(), input.repositoryName(),
                it -> it.withTagMutability(input.imageTagMutability()));
        return PutImageTagMutabilityResponse.of(r -> r.registryId(caller.account()).repositoryName(input.repositoryName())
                .imageTagMutability(input.imageTagMutability()));
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var repository = repositories.get(caller, null, Repositories.named(caller, input.resourceArn()));
        return ListTagsForResourceResponse.of(r -> r.tags(Repositories.told(repository.tags())));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        repositories.change(caller, null, Repositories.named(caller, input.resourceArn()),
                it -> it.withTags(Repositories.with(it.tags(), input.tags())));
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        repositories.change(caller, null, Repositories.named(caller, input.resourceArn()),
                it -> it.withTags(Repositories.without(it.tags(), input.tagKeys())));
        return UntagResourceResponse.of(_ -> {});
    }
}
