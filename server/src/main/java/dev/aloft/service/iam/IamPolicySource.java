package dev.aloft.service.iam;

import dev.aloft.api.Arn;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.PolicySource;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Tells the kernel what IAM has of users and roles. It stands before the services, which need it to be called at all.
 */
public final class IamPolicySource implements PolicySource {
    /** In place of a boundary that is not there: without it nothing would bound. */
    private static final String ALLOWS_NOTHING = "{\"Version\":\"2012-10-17\","
            + "\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

    private final IamData data = new IamData();
    private final Store store;
    private final KeyFile keys;
    private final ManagedPolicies policies;
    /** Once true it stays so. */
    private volatile boolean hadUsers;

    public IamPolicySource(Store platform, KeyFile keys, Time time) {
        store = platform.in("iam");
        this.keys = keys;
        policies = new ManagedPolicies(data, store, time);
    }

    @Override
    public boolean hasUsers() {
        if (!hadUsers) {
            hadUsers = store.<Boolean>read(tx -> data.hadUsers.has(tx, IamData.HAD_USERS));
        }
        return hadUsers;
    }

    @Override
    public Optional<AccessKey> accessKey(String accessKeyId) {
        return store.read(tx -> data.accessKeys.get(tx, Key.of(accessKeyId)).flatMap(key ->
                data.users.get(tx, IamData.named(key.account(), key.userName())).map(user -> new AccessKey(key.id(),
                        keys.unseal(Users.PURPOSE, key.id(), key.secret())
                                .map(secret -> new String(secret, StandardCharsets.UTF_8))
                                .orElseThrow(() -> new IllegalStateException(
                                        "The access key " + key.id() + " was encrypted with another key file")),
                        key.isActive(),
                        new Principal.User(user.arn(), user.id(), user.name())))));
    }

    @Override
    public Optional<Role> role(String roleArn) {
        return store.read(tx -> data.role(tx, roleArn)).map(role ->
                new Role(role.arn(), role.id(), role.trustPolicy(), role.maxSessionSeconds()));
    }

    @Override
    public boolean isThere(String principal, String account) {
        return !Arn.isArn(principal) || store.<Boolean>read(tx -> isThere(tx, Arn.parse(principal), account));
    }

    private boolean isThere(ReadTx tx, Arn arn, String account) {
        var parts = arn.resource().split("/");
        boolean found = switch (parts[0]) {
            case "user" -> data.users.get(tx, IamData.named(arn.account(), arn.resourceName()))
                    .filter(user -> user.arn().equals(arn.toString())).isPresent();
            case "role" -> data.role(tx, arn.toString()).isPresent();
            case "assumed-role" -> parts.length > 1 && data.roles.has(tx, IamData.named(arn.account(), parts[1]));
            case "root", "federated-user" -> true;
            default -> false;
        };
        return found || !arn.account().equals(account) && !data.hasHolders(tx, arn.account());
    }

    @Override
    public Optional<Identity> identity(Principal principal) {
        return switch (principal) {
            case Principal.User user -> store.read(tx -> {
                var arn = Arn.parse(user.arn());
                return data.users.get(tx, IamData.named(arn.account(), arn.resourceName()))
                        .filter(it -> it.id().equals(user.id())).map(it -> identity(tx, it));
            });
            case Principal.RoleSession session -> store.read(tx -> data.role(tx, session.roleArn())
                    .filter(role -> role.id().equals(session.roleId())).map(role -> identity(tx, role)));
            case Principal.Root _, Principal.Service _, Principal.Anonymous _ -> Optional.empty();
        };
    }

    private Identity identity(ReadTx tx, Holder<?> holder) {
        var grants = holder.grants();
        var attached = new ArrayList<Attached>();
        grants.inline().values().forEach(document -> attached.add(new Attached(null, document)));
        for (var arn : grants.attached()) {
            policies.find(tx, arn).ifPresent(policy -> attached.add(new Attached(arn, policy.document())));
        }
        var boundary = Optional.ofNullable(grants.boundary())
                .map(arn -> policies.find(tx, arn).map(ManagedPolicy::document).orElse(ALLOWS_NOTHING));
        return new Identity(attached, boundary, holder.tags());
    }
}
