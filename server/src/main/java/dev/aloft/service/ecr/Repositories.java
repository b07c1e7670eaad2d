package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.ecr.EcrData.Kept;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Repositories. */
final class Repositories {
    private static final int PAGE = 100;
    private static final int MOST_IN_PAGE = 1000;

    private final EcrData data;
    private final Store store;
    private final Time time;

    Repositories(EcrData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    static String arn(Caller caller, String name) {
        return caller.arn("ecr", "repository/" + name).toString();
    }

    /** The registry of an account: every account has one in each region. */
    static Caller registry(Caller caller, String registryId) {
        return registryId == null ? caller : caller.in(registryId, caller.region());
    }

    Ecr.Repository create(Caller given, Ecr.CreateRepositoryRequest input) {
        var caller = registry(given, input.registryId());
        var encryption = input.encryptionConfiguration();
        if (encryption != null && !Ecr.EncryptionType.AES256.equals(encryption.encryptionType())) {
            throw ApiError.notBuilt("A repository's encryption with " + encryption.encryptionType());
        }
        var mutability = input.imageTagMutability() == null ? Ecr.ImageTagMutability.MUTABLE
                : input.imageTagMutability();
        var repository = new Kept(input.repositoryName(), time.instant().truncatedTo(ChronoUnit.MILLIS), mutability,
                scanOnPush(input.imageScanningConfiguration()), null, null, with(Map.of(), input.tags()),
                exclusions(mutability, input.imageTagMutabilityExclusionFilters()));
        store.change(tx -> {
            if (!data.repositories.putIfAbsent(tx, EcrData.key(caller, repository.name()), repository)) {
                throw new Ecr.RepositoryAlreadyExistsException("The repository with name '" + repository.name()
                        + "' already exists in the registry with id '" + caller.account() + "'");
            }
        });
        return told(caller, repository);
    }

    private static boolean scanOnPush(Ecr.ImageScanningConfiguration configuration) {
        return configuration != null && Boolean.TRUE.equals(configuration.scanOnPush());
    }

    /** The wildcards, which there must be where something is excluded, and must not be elsewhere. */
    static List<String> exclusions(String mutability, List<Ecr.ImageTagMutabilityExclusionFilter> filters) {
        boolean wanted = mutability.endsWith("_WITH_EXCLUSION");
        if (wanted == (filters != null)) {
            return filters == null ? null : filters.stream().map(Ecr.ImageTagMutabilityExclusionFilter::filter)
                    .toList();
        }
        throw new Ecr.InvalidParameterException("Invalid parameter at "
                + "'imageTagMutabilityExclusionFilters' failed to satisfy constraint: "
                + "'ImageTagMutabilityExclusionFilters can't be " + (wanted ? "null" : "set")
                + " when imageTagMutability is set as " + mutability + "'");
    }

    Ecr.DescribeRepositoriesResponse describe(Caller given, Ecr.DescribeRepositoriesRequest input) {
        var caller = registry(given, input.registryId());
        return store.read(tx -> {
            if (input.repositoryNames() != null && !input.repositoryNames().isEmpty()) {
                var named = input.repositoryNames().stream().map(name -> told(caller, existing(tx, caller, name)))
                        .toList();
                return Ecr.DescribeRepositoriesResponse.of(r -> r.repositories(named));
            }
            var page = page(data.repositories.range(tx, EcrData.all(caller)).map(Row::value), Kept::name,
                    input.nextToken(), input.maxResults());
            return Ecr.DescribeRepositoriesResponse.of(r -> r.repositories(page.items().stream()
                    .map(it -> told(caller, it)).toList()).nextToken(page.next()));
        });
    }

    /** One page of what is in the order of these names. */
    static <T> NamedPage<T> page(Stream<T> all, Function<T, String> name, String token, Integer limit) {
        return NamedPage.of(all, name, null, token, Objects.requireNonNullElse(limit, PAGE), MOST_IN_PAGE,
                () -> new Ecr.InvalidParameterException("Invalid parameter at 'nextToken' failed to satisfy constraint:"
                        + " 'must be a token of an earlier answer'"));
    }

    /** @param force whether the images in it go too */
    Ecr.Repository delete(Caller given, String registryId, String name, boolean force) {
        var caller = registry(given, registryId);
        return store.write(tx -> {
            var repository = existing(tx, caller, name);
            if (!force && data.images.range(tx, EcrData.key(caller, name)).findAny().isPresent()) {
                throw new Ecr.RepositoryNotEmptyException("The repository with name '" + name
                        + "' in registry with id '"
                        + caller.account() + "' cannot be deleted because it still contains images");
            }
            data.forget(tx, EcrData.key(caller, name));
            return told(caller, repository);
        });
    }

    Kept get(Caller caller, String registryId, String name) {
        return store.<Kept>read(tx -> existing(tx, registry(caller, registryId), name));
    }

    /** Changes it and returns it as it was before. */
    Kept change(Caller given, String registryId, String name, UnaryOperator<Kept> how) {
        var caller = registry(given, registryId);
        return store.write(tx -> {
            var before = existing(tx, caller, name);
            data.repositories.put(tx, EcrData.key(caller, name), how.apply(before));
            return before;
        });
    }

    String policy(Caller caller, Kept repository) {
        if (repository.policy() == null) {
            throw new Ecr.RepositoryPolicyNotFoundException("Repository policy does not exist for the "
                    + "repository with name '"
                    + repository.name() + "' in the registry with id '" + caller.account() + "'");
        }
        return repository.policy();
    }

    String lifecyclePolicy(Caller caller, Kept repository) {
        if (repository.lifecyclePolicy() == null) {
            throw new Ecr.LifecyclePolicyNotFoundException("Lifecycle policy does not exist for the "
                    + "repository with name '"
                    + repository.name() + "' in the registry with id '" + caller.account() + "'");
        }
        return repository.lifecyclePolicy();
    }

    static String checkedPolicy(String document) {
        try {
            Policy.of(document, Policy.Kind.RESOURCE);
            return document;
        } catch (Policy.Malformed _) {
            throw invalidPolicy();
        }
    }

    static Ecr.InvalidParameterException invalidPolicy() {
        return new Ecr.InvalidParameterException("Invalid parameter at 'PolicyText' failed to satisfy constraint:"
                + " 'Invalid repository policy provided'");
    }

    /** When a repository's lifecycle policy was last applied, or null. */
    Instant evaluated(Caller caller, String registryId, String name) {
        Key key = EcrData.key(registry(caller, registryId), name);
        return store.read(tx -> data.evaluations.get(tx, key)).map(EcrData.Evaluated::at).orElse(null);
    }

    /** Its lifecycle policy is gone; when it was last applied, or null. */
    Instant forgetEvaluation(Caller caller, String registryId, String name) {
        Key key = EcrData.key(registry(caller, registryId), name);
        return store.write(tx -> {
            Optional<EcrData.Evaluated> last = data.evaluations.get(tx, key);
            data.evaluations.delete(tx, key);
            return last;
        }).map(EcrData.Evaluated::at).orElse(null);
    }

    static Map<String, String> with(Map<String, String> before, List<Ecr.Tag> tags) {
        var all = new LinkedHashMap<>(before);
        (tags == null ? List.<Ecr.Tag>of() : tags).forEach(tag -> all.put(tag.key(), tag.value()));
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var all = new LinkedHashMap<>(before);
        keys.forEach(all::remove);
        return all;
    }

    static List<Ecr.Tag> told(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(entry -> Ecr.Tag.of(t -> t.key(entry.getKey()).value(entry.getValue()))).toList();
    }

    /** The repository of an ARN. */
    static String named(Caller caller, String arn) {
        if (Arn.isArn(arn) && Arn.parse(arn).resource().startsWith("repository/")) {
            return Arn.parse(arn).resource().substring("repository/".length());
        }
        throw new Ecr.InvalidParameterException("Invalid parameter at 'resourceArn' failed to satisfy "
                + "constraint: 'Invalid ARN'");
    }

    Kept existing(ReadTx tx, Caller caller, String name) {
        Key key = EcrData.key(caller, name);
        return data.repositories.get(tx, key)
                .orElseThrow(() -> new Ecr.RepositoryNotFoundException("The repository with name '"
                + name + "' does not exist in the registry with id '" + caller.account() + "'"));
    }

    private static Ecr.Repository told(Caller caller, Kept repository) {
        return Ecr.Repository.of(r -> r
                .repositoryName(repository.name()).repositoryArn(arn(caller, repository.name()))
                .registryId(caller.account())
                .repositoryUri(RegistryAddress.of(caller) + "/" + repository.name())
                .createdAt(repository.created()).imageTagMutability(repository.tagMutability())
                .imageTagMutabilityExclusionFilters(filters(repository.exclusions()))
                .imageScanningConfiguration(Ecr.ImageScanningConfiguration.of(s ->
                        s.scanOnPush(repository.scanOnPush())))
                .encryptionConfiguration(
                        Ecr.EncryptionConfiguration.of(e -> e.encryptionType(Ecr.EncryptionType.AES256))));
    }

    static List<Ecr.ImageTagMutabilityExclusionFilter> filters(List<String> exclusions) {
        return exclusions == null || exclusions.isEmpty() ? null : exclusions.stream()
                .map(each -> Ecr.ImageTagMutabilityExclusionFilter.of(
                f -> f.filterType(Ecr.ImageTagMutabilityExclusionFilterType.WILDCARD).filter(each))).toList();
    }
}
