package dev.aloft.service.iam;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Managed policies, their versions, and whom they are attached to.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html">Versioning</a>
 */
final class ManagedPolicies {
    private static final int MOST_VERSIONS = 5;
    private static final int LARGEST = 6144;

    private final AwsManaged awsManaged = new AwsManaged();
    private final IamData data;
    private final Store store;
    private final Time time;

    ManagedPolicies(IamData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    Optional<ManagedPolicy> find(ReadTx tx, String arn) {
        if (AwsManaged.isAwsManaged(arn)) {
            return awsManaged.find(arn);
        }
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("policy/")) {
            throw new Iam.InvalidInputException("ARN " + arn + " is not valid.");
        }
        var parsed = Arn.parse(arn);
        return data.policies.get(tx, key(parsed.account(), parsed.resourceName()))
                .filter(policy -> policy.arn().equals(arn));
    }

    private ManagedPolicy existing(ReadTx tx, String arn) {
        return find(tx, arn).orElseThrow(() -> new Iam.NoSuchEntityException("Policy " + arn + " was not found."));
    }

    /** Demands one that can be attached to what is the account's, or be its boundary: one of its own, or of AWS. */
    void requireAttachable(ReadTx tx, String account, String arn) {
        find(tx, arn).filter(policy -> AwsManaged.isAwsManaged(arn) || policy.account().equals(account))
                .orElseThrow(() -> notAttachable(arn));
    }

    private static Iam.NoSuchEntityException notAttachable(String arn) {
        return new Iam.NoSuchEntityException("Policy " + arn + " does not exist or is not attachable.");
    }

    Iam.CreatePolicyResponse create(Caller caller, Iam.CreatePolicyRequest input) {
        var document = checked(input.policyDocument());
        var tags = Tags.of(input.tags());
        var path = input.path() == null ? "/" : input.path();
        var now = now();
        var policy = new ManagedPolicy(caller.account(), input.policyName(), path, Ids.create("ANPA"), now, now,
                input.description(), List.of(new ManagedPolicy.Version("v1", document, now)), "v1", 1, tags);
        store.change(tx -> {
            if (!data.policies.putIfAbsent(tx, key(policy.account(), policy.name()), policy)) {
                throw new Iam.EntityAlreadyExistsException(
                        "A policy called " + policy.name() + " already exists. Duplicate names are not allowed.");
            }
        });
        return Iam.CreatePolicyResponse.of(r -> r.policy(told(policy, 0, 0).toBuilder().description(null).build()));
    }

    private static String checked(String document) {
        Documents.checked(document, Policy.Kind.IDENTITY);
        if (Documents.size(document) > LARGEST) {
            throw new Iam.LimitExceededException("Cannot exceed quota for PolicySize: " + LARGEST);
        }
        return document;
    }

    Iam.GetPolicyResponse get(Caller caller, Iam.GetPolicyRequest input) {
        return store.read(tx -> {
            var policy = existing(tx, input.policyArn());
            var answer = told(tx, caller, policy);
            return Iam.GetPolicyResponse.of(r -> r.policy(answer));
        });
    }

    Iam.GetPolicyVersionResponse version(Iam.GetPolicyVersionRequest input) {
        var policy = store.<ManagedPolicy>read(tx -> existing(tx, input.policyArn()));
        var version = policy.version(input.versionId());
        return Iam.GetPolicyVersionResponse.of(r -> r.policyVersion(told(policy, version, true)));
    }

    Iam.ListPolicyVersionsResponse versions(Iam.ListPolicyVersionsRequest input) {
        var policy = store.<ManagedPolicy>read(tx -> existing(tx, input.policyArn()));
        // Newest first; the marker is a text that sorts the same way.
        var slice = Slice.of(policy.versions().reversed().stream(),
                version -> "%09d".formatted(999_999_999 - Integer.parseInt(version.id().substring(1))),
                input.marker(), input.maxItems());
        return Iam.ListPolicyVersionsResponse.of(r -> r.versions(slice.map(version -> told(policy, version, false)))
                .isTruncated(slice.truncated()).marker(slice.marker()));
    }

    Iam.ListPoliciesResponse list(Caller caller, Iam.ListPoliciesRequest input) {
        var scope = input.scope() == null ? Iam.PolicyScopeType.ALL : input.scope();
        var prefix = input.pathPrefix() == null ? "/" : input.pathPrefix();
        return store.read(tx -> {
            var own = scope.equals(Iam.PolicyScopeType.AWS) ? Stream.<ManagedPolicy>of()
                    : data.policies.range(tx, Key.of(caller.account())).map(Row::value);
            var aws = scope.equals(Iam.PolicyScopeType.LOCAL) ? Stream.<ManagedPolicy>of()
                    : awsManaged.arns().stream().map(arn -> awsManaged.find(arn).orElseThrow());
            var all = Stream.concat(own, aws)
                    .filter(policy -> policy.path().startsWith(prefix))
                    .map(policy -> told(tx, caller, policy))
                    .filter(policy -> !Boolean.TRUE.equals(input.onlyAttached()) || policy.attachmentCount() > 0)
                    .filter(policy -> !Objects.equals(input.policyUsageFilter(), "PermissionsBoundary")
                            || policy.permissionsBoundaryUsageCount() > 0)
                    .sorted(Comparator.comparing(Iam.Policy::arn));
            var slice = Slice.of(all, Iam.Policy::arn, input.marker(), input.maxItems());
            var policies = slice.map(policy -> policy.toBuilder().description(null).tags(null).build());
            return Iam.ListPoliciesResponse.of(
                    r -> r.policies(policies).isTruncated(slice.truncated()).marker(slice.marker()));
        });
    }

    Iam.ListEntitiesForPolicyResponse entities(Caller caller, Iam.ListEntitiesForPolicyRequest input) {
        if (input.maxItems() != null || input.marker() != null) {
            // Both lists are answered whole: the quota of roles is what it can be at most.
            checkMarker(input.marker());
        }
        var filter = input.entityFilter();
        boolean boundaries = Objects.equals(input.policyUsageFilter(), "PermissionsBoundary");
        return store.read(tx -> {
            var key = Key.of(caller.account(), existing(tx, input.policyArn()).arn());
            var roles = filter != null && !filter.equals("Role") ? List.<Iam.PolicyRole>of()
                    : (boundaries ? data.rolesByBoundary : data.rolesByPolicy).range(tx, key).map(Row::value)
                            .map(role -> Iam.PolicyRole.of(p -> p.roleName(role.name()).roleId(role.id()))).toList();
            var users = filter != null && !filter.equals("User") ? List.<Iam.PolicyUser>of()
                    : (boundaries ? data.usersByBoundary : data.usersByPolicy).range(tx, key).map(Row::value)
                            .map(user -> Iam.PolicyUser.of(p -> p.userName(user.name()).userId(user.id()))).toList();
            return Iam.ListEntitiesForPolicyResponse.of(
                    r -> r.policyRoles(roles).policyUsers(users).policyGroups(List.of()).isTruncated(false));
        });
    }

    private static void checkMarker(String marker) {
        Slice.of(Stream.<String>of(), text -> text, marker, null);
    }

    Iam.CreatePolicyVersionResponse createVersion(Iam.CreatePolicyVersionRequest input) {
        var document = checked(input.policyDocument());
        boolean asDefault = Boolean.TRUE.equals(input.setAsDefault());
        var now = now();
        var changed = change(input.policyArn(), policy -> {
            if (policy.versions().size() >= MOST_VERSIONS) {
                throw new Iam.LimitExceededException("A managed policy can have up to 5 versions. "
                        + "Before you create a new version, you must delete an existing version.");
            }
            int number = policy.latest() + 1;
            var versions = new ArrayList<>(policy.versions());
            versions.add(new ManagedPolicy.Version("v" + number, document, now));
            return policy.with(versions, asDefault ? "v" + number : policy.defaultVersion(), number, now);
        });
        var version = changed.versions().getLast();
        return Iam.CreatePolicyVersionResponse.of(r -> r.policyVersion(told(changed, version, false)));
    }

    void deleteVersion(Iam.DeletePolicyVersionRequest input) {
        change(input.policyArn(), policy -> {
            var version = policy.version(input.versionId());
            if (version.id().equals(policy.defaultVersion())) {
                throw new Iam.DeleteConflictException("Cannot delete the default version of a policy.");
            }
            var versions = policy.versions().stream().filter(it -> it != version).toList();
            return policy.with(versions, policy.defaultVersion(), policy.latest(), now());
        });
    }

    void setDefault(Iam.SetDefaultPolicyVersionRequest input) {
        change(input.policyArn(), policy ->
                policy.with(policy.versions(), policy.version(input.versionId()).id(), policy.latest(), now()));
    }

    void tag(String arn, List<Iam.Tag> tags) {
        change(arn, policy -> policy.withTags(Tags.with(policy.tags(), tags)));
    }

    void untag(String arn, List<String> keys) {
        change(arn, policy -> policy.withTags(Tags.without(policy.tags(), keys)));
    }

    Iam.ListPolicyTagsResponse tags(Iam.ListPolicyTagsRequest input) {
        var policy = store.<ManagedPolicy>read(tx -> existing(tx, input.policyArn()));
        var slice = Slice.of(Tags.told(policy.tags()).stream(), Iam.Tag::key, input.marker(), input.maxItems());
        return Iam.ListPolicyTagsResponse.of(
                r -> r.tags(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    void delete(Caller caller, String arn) {
        store.change(tx -> {
            var policy = find(tx, own(arn)).orElseThrow(() -> notAttachable(arn));
            if (attachments(tx, caller, arn) > 0 || boundaries(tx, caller, arn) > 0) {
                throw new Iam.DeleteConflictException("Cannot delete a policy attached to entities.");
            }
            if (policy.versions().size() > 1) {
                throw new Iam.DeleteConflictException("This policy has more than one version. Before you "
                        + "delete a policy, you must delete the policy's versions. The default version is "
                        + "deleted with the policy.");
            }
            data.policies.delete(tx, key(policy.account(), policy.name()));
        });
    }

    private ManagedPolicy change(String arn, UnaryOperator<ManagedPolicy> how) {
        return store.write(tx -> {
            var policy = existing(tx, own(arn));
            var changed = how.apply(policy);
            data.policies.put(tx, key(policy.account(), policy.name()), changed);
            return changed;
        });
    }

    private static String own(String arn) {
        if (AwsManaged.isAwsManaged(arn)) {
            throw new Iam.NoSuchEntityException("Policy " + arn + " does not exist or is not attachable.");
        }
        return arn;
    }

    private static Key key(String account, String name) {
        return Key.of(account, name.toLowerCase(Locale.ROOT));
    }

    private int attachments(ReadTx tx, Caller caller, String arn) {
        var key = Key.of(caller.account(), arn);
        return (int) (data.rolesByPolicy.range(tx, key).count() + data.usersByPolicy.range(tx, key).count());
    }

    private int boundaries(ReadTx tx, Caller caller, String arn) {
        var key = Key.of(caller.account(), arn);
        return (int) (data.rolesByBoundary.range(tx, key).count() + data.usersByBoundary.range(tx, key).count());
    }

    private Iam.Policy told(ReadTx tx, Caller caller, ManagedPolicy policy) {
        return told(policy, attachments(tx, caller, policy.arn()), boundaries(tx, caller, policy.arn()));
    }

    private static Iam.Policy told(ManagedPolicy policy, int attachments, int boundaries) {
        return Iam.Policy.of(p -> p
                .policyName(policy.name()).policyId(policy.id()).arn(policy.arn()).path(policy.path())
                .defaultVersionId(policy.defaultVersion()).attachmentCount(attachments)
                .permissionsBoundaryUsageCount(boundaries).isAttachable(true).description(policy.description())
                .createDate(policy.created()).updateDate(policy.updated()).tags(Tags.toldOrAbsent(policy.tags())));
    }

    private static Iam.PolicyVersion told(ManagedPolicy policy, ManagedPolicy.Version version, boolean withDocument) {
        return Iam.PolicyVersion.of(v -> v
                .versionId(version.id()).isDefaultVersion(version.id().equals(policy.defaultVersion()))
                .createDate(version.created()).document(withDocument ? Documents.encoded(version.document()) : null));
    }

    /** IAM tells whole seconds. */
    private Instant now() {
        return time.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
