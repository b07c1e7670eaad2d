package dev.aloft.service.ecr;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.ecr.EcrData.Kept;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The operations of Amazon ECR. */
public final class EcrService implements Service, Ecr {
    private final EcrData data = new EcrData();
    private final Store store;
    private final Repositories repositories;
    private final Layers layers;
    private final Images images;
    private final AuthorizationTokens tokens;
    private final LayerDownloads downloads;
    private final Registry registry;
    private final ServiceEvents events;
    private final List<ResourceType> resourceTypes;

    /**
     * @param contents of all images of all accounts
     * @param enforced whether signatures are checked, and so logins too
     */
    public EcrService(Store platform, Contents contents, KeyFile keys, Time time, Endpoint endpoint,
            BooleanSupplier enforced, Targets targets) {
        store = platform.in("ecr");
        events = new ServiceEvents("ecr", targets, store, time);
        repositories = new Repositories(data, store, time);
        layers = new Layers(data, store, repositories, contents, time);
        images = new Images(data, store, repositories, events, time);
        tokens = new AuthorizationTokens(keys, time);
        downloads = new LayerDownloads(contents, keys, time);
        registry = new Registry(Ecr.at(endpoint), layers, contents, new RegistryLogin(tokens, enforced));
        resourceTypes = List.of(new EcrResources(Ecr.at(endpoint)));
    }

    @Override
    public List<DataPlane> dataPlanes() {
        return List.of(registry, downloads);
    }

    @Override
    public List<Worker> workers() {
        return List.of(layers.worker(), images.worker(), events.worker());
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
            case CreateRepositoryRequest r -> repository("CreateRepository", caller, r.registryId(),
                    r.repositoryName());
            case DescribeRepositoriesRequest r -> new Access("ecr:DescribeRepositories",
                r.repositoryNames() == null || r.repositoryNames().isEmpty() ? List.of(Repositories.arn(caller, "*"))
                    : r.repositoryNames().stream().map(name -> Repositories.arn(caller, name)).toList());
            case DeleteRepositoryRequest r -> repository("DeleteRepository", caller, r.registryId(),
                    r.repositoryName());
            case SetRepositoryPolicyRequest r -> repository("SetRepositoryPolicy", caller, r.registryId(),
                    r.repositoryName()).naming(Policy.named(r.policyText(), Policy.Kind.RESOURCE),
                    _ -> Repositories.invalidPolicy());
            case GetRepositoryPolicyRequest r -> repository("GetRepositoryPolicy", caller, r.registryId(),
                    r.repositoryName());
            case DeleteRepositoryPolicyRequest r -> repository("DeleteRepositoryPolicy", caller, r.registryId(),
                    r.repositoryName());
            case PutLifecyclePolicyRequest r -> repository("PutLifecyclePolicy", caller, r.registryId(),
                    r.repositoryName());
            case GetLifecyclePolicyRequest r -> repository("GetLifecyclePolicy", caller, r.registryId(),
                    r.repositoryName());
            case DeleteLifecyclePolicyRequest r -> repository("DeleteLifecyclePolicy", caller, r.registryId(),
                    r.repositoryName());
            case PutImageScanningConfigurationRequest r ->
                repository("PutImageScanningConfiguration", caller, r.registryId(), r.repositoryName());
            case PutImageTagMutabilityRequest r -> repository("PutImageTagMutability", caller, r.registryId(),
                    r.repositoryName());
            case GetAuthorizationTokenRequest _ -> Access.to("ecr:GetAuthorizationToken");
            case BatchCheckLayerAvailabilityRequest r ->
                repository("BatchCheckLayerAvailability", caller, r.registryId(), r.repositoryName());
            case InitiateLayerUploadRequest r -> repository("InitiateLayerUpload", caller, r.registryId(),
                    r.repositoryName());
            case UploadLayerPartRequest r -> repository("UploadLayerPart", caller, r.registryId(), r.repositoryName());
            case CompleteLayerUploadRequest r -> repository("CompleteLayerUpload", caller, r.registryId(),
                    r.repositoryName());
            case GetDownloadUrlForLayerRequest r ->
                repository("GetDownloadUrlForLayer", caller, r.registryId(), r.repositoryName());
            case PutImageRequest r -> repository("PutImage", caller, r.registryId(), r.repositoryName());
            case BatchGetImageRequest r -> repository("BatchGetImage", caller, r.registryId(), r.repositoryName());
            case DescribeImagesRequest r -> repository("DescribeImages", caller, r.registryId(), r.repositoryName());
            case ListImagesRequest r -> repository("ListImages", caller, r.registryId(), r.repositoryName());
            case BatchDeleteImageRequest r -> repository("BatchDeleteImage", caller, r.registryId(),
                    r.repositoryName());
            case ListTagsForResourceRequest r -> Access.to("ecr:ListTagsForResource", r.resourceArn());
            case TagResourceRequest r -> Access.to("ecr:TagResource", r.resourceArn());
            case UntagResourceRequest r -> Access.to("ecr:UntagResource", r.resourceArn());
        };
    }

    private static Access repository(String operation, Caller caller, String registryId, String name) {
        return Access.to("ecr:" + operation, Repositories.arn(Repositories.registry(caller, registryId), name));
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
        var deleted = repositories.delete(caller, input.registryId(), input.repositoryName(),
                Boolean.TRUE.equals(input.force()));
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
        var policy = input.lifecyclePolicyText();
        LifecyclePolicy.of(policy);
        repositories.change(caller, input.registryId(), input.repositoryName(), it -> it.withLifecyclePolicy(policy));
        return PutLifecyclePolicyResponse.of(
                r -> r.registryId(caller.account()).repositoryName(input.repositoryName()).lifecyclePolicyText(policy));
    }

    @Override
    public GetLifecyclePolicyResponse getLifecyclePolicy(Caller caller, GetLifecyclePolicyRequest input) {
        var policy = repositories.lifecyclePolicy(caller,
                repositories.get(caller, input.registryId(), input.repositoryName()));
        var evaluated = repositories.evaluated(caller, input.registryId(), input.repositoryName());
        return GetLifecyclePolicyResponse.of(r -> r.registryId(caller.account()).repositoryName(input.repositoryName())
                .lifecyclePolicyText(policy).lastEvaluatedAt(evaluated));
    }

    @Override
    public DeleteLifecyclePolicyResponse deleteLifecyclePolicy(Caller caller, DeleteLifecyclePolicyRequest input) {
        var before = repositories.change(caller, input.registryId(), input.repositoryName(), it -> {
            repositories.lifecyclePolicy(caller, it);
            return it.withLifecyclePolicy(null);
        });
        var evaluated = repositories.forgetEvaluation(caller, input.registryId(), input.repositoryName());
        return DeleteLifecyclePolicyResponse.of(r -> r.registryId(caller.account())
                .repositoryName(input.repositoryName()).lifecyclePolicyText(before.lifecyclePolicy())
                .lastEvaluatedAt(evaluated));
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
        var exclusions = Repositories.exclusions(input.imageTagMutability(),
                input.imageTagMutabilityExclusionFilters());
        repositories.change(caller, input.registryId(), input.repositoryName(),
                it -> it.withTagMutability(input.imageTagMutability(), exclusions));
        return PutImageTagMutabilityResponse.of(r -> r.registryId(caller.account())
                .repositoryName(input.repositoryName())
                .imageTagMutability(input.imageTagMutability())
                .imageTagMutabilityExclusionFilters(Repositories.filters(exclusions)));
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

    // ---- images

    @Override
    public GetAuthorizationTokenResponse getAuthorizationToken(Caller caller, GetAuthorizationTokenRequest input) {
        return tokens.get(caller, input);
    }

    @Override
    public BatchCheckLayerAvailabilityResponse batchCheckLayerAvailability(
            Caller caller, BatchCheckLayerAvailabilityRequest input) {
        return layers.check(caller, input);
    }

    @Override
    public InitiateLayerUploadResponse initiateLayerUpload(Caller caller, InitiateLayerUploadRequest input) {
        return layers.initiate(caller, input);
    }

    @Override
    public UploadLayerPartResponse uploadLayerPart(Caller caller, UploadLayerPartRequest input) {
        return layers.upload(caller, input);
    }

    @Override
    public CompleteLayerUploadResponse completeLayerUpload(Caller caller, CompleteLayerUploadRequest input) {
        return layers.complete(caller, input);
    }

    @Override
    public GetDownloadUrlForLayerResponse getDownloadUrlForLayer(Caller caller, GetDownloadUrlForLayerRequest input) {
        return layers.download(caller, input, downloads);
    }

    @Override
    public PutImageResponse putImage(Caller caller, PutImageRequest input) {
        var image = images.put(caller, input);
        return PutImageResponse.of(r -> r.image(image));
    }

    @Override
    public BatchGetImageResponse batchGetImage(Caller caller, BatchGetImageRequest input) {
        return images.get(caller, input);
    }

    @Override
    public DescribeImagesResponse describeImages(Caller caller, DescribeImagesRequest input) {
        return images.describe(caller, input);
    }

    @Override
    public ListImagesResponse listImages(Caller caller, ListImagesRequest input) {
        return images.list(caller, input);
    }

    @Override
    public BatchDeleteImageResponse batchDeleteImage(Caller caller, BatchDeleteImageRequest input) {
        return images.delete(caller, input);
    }
}
