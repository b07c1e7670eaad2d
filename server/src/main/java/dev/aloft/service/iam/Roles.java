package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** Roles. */
final class Roles {
    private static final int LARGEST_TRUST_POLICY = 2048;
    private static final int USUAL_SESSION = 3600;

    final Holders<Role> holders;
    private final IamData data;
    private final ManagedPolicies policies;
    private final Store store;
    private final Time time;

    Roles(IamData data, ManagedPolicies policies, Store store, Time time) {
        holders = new Holders<>(data.roles, Holders.Kind.ROLE, policies, store);
        this.data = data;
        this.policies = policies;
        this.store = store;
        this.time = time;
    }

    Iam.CreateRoleResponse create(Caller caller, Iam.CreateRoleRequest input) {
        var role = new Role(caller.account(), input.roleName(), input.path() == null ? "/" : input.path(),
                Ids.create("AROA"), now(), input.description(), trust(input.assumeRolePolicyDocument()),
                input.maxSessionDuration() == null ? USUAL_SESSION : input.maxSessionDuration(),
                Tags.of(input.tags()), Grants.none(input.permissionsBoundary()));
        store.change(tx -> {
            if (input.permissionsBoundary() != null) {
                policies.requireAttachable(tx, caller.account(), input.permissionsBoundary());
            }
            if (!data.roles.putIfAbsent(tx, IamData.named(role.account(), role.name()), role)) {
                throw new Iam.EntityAlreadyExistsException("Role with name " + role.name() + " already exists.");
            }
        });
        return Iam.CreateRoleResponse.of(r -> r.role(told(role).toBuilder().maxSessionDuration(null).build()));
    }

    /** Has the permissions that AWS gives it from its first moment. */
    Iam.CreateServiceLinkedRoleResponse createLinked(Caller caller, Iam.CreateServiceLinkedRoleRequest input) {
        var linked = ServiceLinkedRole.of(input.awsServiceName());
        if (input.customSuffix() != null) {
            throw new Iam.InvalidInputException("Custom suffix is not allowed for " + linked.service());
        }
        var role = new Role(caller.account(), linked.roleName(), linked.path(), Ids.create("AROA"), now(),
                input.description(), linked.trustPolicy(), USUAL_SESSION, Map.of(),
                Grants.none(null).withAttached(linked.policyArn()));
        store.change(tx -> {
            if (!data.roles.putIfAbsent(tx, IamData.named(role.account(), role.name()), role)) {
                throw new Iam.InvalidInputException("Service role name " + role.name()
                        + " has been taken in this account, please try a different suffix.");
            }
        });
        return Iam.CreateServiceLinkedRoleResponse.of(r -> r.role(told(role).toBuilder().maxSessionDuration(null)
                .description(null).build()));
    }

    private static String trust(String document) {
        Documents.checked(document, Policy.Kind.TRUST);
        if (Documents.size(document) > LARGEST_TRUST_POLICY) {
            throw new Iam.LimitExceededException("Cannot exceed quota for ACLSizePerRole: " + LARGEST_TRUST_POLICY);
        }
        return document;
    }

    Iam.GetRoleResponse get(Caller caller, String name) {
        var role = holders.existing(caller, name);
        return Iam.GetRoleResponse.of(
                r -> r.role(told(role).toBuilder().roleLastUsed(Iam.RoleLastUsed.of(_ -> {})).build()));
    }

    Iam.ListRolesResponse list(Caller caller, Iam.ListRolesRequest input) {
        var prefix = input.pathPrefix() == null ? "/" : input.pathPrefix();
        Slice<Role> slice = store.read(tx -> Slice.of(
                holders.all(tx, caller).filter(role -> role.path().startsWith(prefix)),
                role -> Holders.lower(role.name()), input.marker(), input.maxItems()));
        var roles = slice.map(role -> told(role).toBuilder().tags(null).permissionsBoundary(null).build());
        return Iam.ListRolesResponse.of(r -> r.roles(roles).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    void update(Caller caller, Iam.UpdateRoleRequest input) {
        holders.change(caller, input.roleName(), role -> role.with(
                input.description() == null ? role.description() : input.description(),
                input.maxSessionDuration() == null ? role.maxSessionSeconds() : input.maxSessionDuration()));
    }

    void updateTrust(Caller caller, String name, String document) {
        var checked = trust(document);
        holders.change(caller, name, role -> Holders.modifiable(role).withTrustPolicy(checked));
    }

    void delete(Caller caller, String name) {
        store.change(tx -> holders.delete(tx, caller, name));
    }

    private static Iam.Role told(Role role) {
        return Iam.Role.of(r -> r
                .roleName(role.name()).roleId(role.id()).arn(role.arn()).path(role.path()).createDate(role.created())
                .assumeRolePolicyDocument(Documents.encoded(role.trustPolicy())).description(role.description())
                .maxSessionDuration(role.maxSessionSeconds()).permissionsBoundary(Holders.boundary(role.grants()))
                .tags(Tags.toldOrAbsent(role.tags())));
    }

    /** IAM tells whole seconds. */
    private Instant now() {
        return time.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
