package dev.aloft.service.iam;

import dev.aloft.api.Arn;
import dev.aloft.api.Iam;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What IAM keeps. It has no regions: keys begin with the account. Names are unique without regard to case. */
final class IamData {
    final Table<Role> roles = Table.of("roles", Codec.of(Role.class));
    final Table<User> users = Table.of("users", Codec.of(User.class));
    final Table<ManagedPolicy> policies = Table.of("policies", Codec.of(ManagedPolicy.class));
    /** By id alone: that is all a request tells. */
    final Table<AccessKey> accessKeys = Table.of("accessKeys", Codec.of(AccessKey.class));
    /** One entry once a user was made, whatever became of it. */
    final Table<Boolean> hadUsers = Table.of("hadUsers", Codec.of(flag -> new byte[] {1}, bytes -> true));

    final Index<Role> rolesByPolicy = roles.index("rolesByPolicy", role -> attached(role.account(), role.grants()));
    final Index<User> usersByPolicy = users.index("usersByPolicy", user -> attached(user.account(), user.grants()));
    final Index<Role> rolesByBoundary = roles.index("rolesByBoundary", role -> boundary(role.account(), role.grants()));
    final Index<User> usersByBoundary = users.index("usersByBoundary", user -> boundary(user.account(), user.grants()));
    final Index<AccessKey> keysByUser =
            accessKeys.index("keysByUser", key -> List.of(named(key.account(), key.userName())));

    /** Of service-linked roles, by account and task. */
    final Table<Deletion> deletions = Table.of("deletions", Codec.of(Deletion.class));
    final Index<Deletion> deletionsByRole =
            deletions.index("deletionsByRole", it -> List.of(named(it.account(), it.roleName())));
    final Signal deleting = new Signal();
    /** When a deletion is to be done, or to be forgotten. */
    final Due<Key> deletionsDue = new Due<>(Space.of("deletionsDue"), Codec.KEY, deleting);

    /**
     * Of a service-linked role.
     *
     * @param status as the API tells it
     * @param uses   what needed the role, by region
     */
    record Deletion(String account, String id, String roleName, String status, Map<String, List<String>> uses) {
        Key key() {
            return Key.of(account, id);
        }

        /** Whose role it is: the id has it behind {@code task/aws-service-role/}. */
        String service() {
            return id.split("/")[2];
        }

        boolean isUnderWay() {
            return status.equals(Iam.DeletionTaskStatusType.IN_PROGRESS);
        }

        Deletion ended(String how, Map<String, List<String>> needed) {
            return new Deletion(account, id, roleName, how, needed);
        }
    }

    static final Key HAD_USERS = Key.of("hadUsers");

    static Key named(String account, String name) {
        return Key.of(account, name.toLowerCase(Locale.ROOT));
    }

    Optional<Role> role(ReadTx tx, String roleArn) {
        if (!Arn.isArn(roleArn)) {
            return Optional.empty();
        }
        var arn = Arn.parse(roleArn);
        return roles.get(tx, named(arn.account(), arn.resourceName())).filter(role -> role.arn().equals(roleArn));
    }

    /** Whether an account has any user or role. */
    boolean hasHolders(ReadTx tx, String account) {
        return users.range(tx, Key.of(account)).findAny().isPresent()
                || roles.range(tx, Key.of(account)).findAny().isPresent();
    }

    private static List<Key> attached(String account, Grants grants) {
        return grants.attached().stream().map(arn -> Key.of(account, arn)).toList();
    }

    private static List<Key> boundary(String account, Grants grants) {
        return grants.boundary() == null ? List.of() : List.of(Key.of(account, grants.boundary()));
    }
}
