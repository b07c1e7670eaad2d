package dev.aloft.service.iam;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.AccessKeyIds;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/** Users and their access keys. */
final class Users {
    private static final Logger LOG = System.getLogger(Users.class.getName());
    private static final int MOST_KEYS = 2;
    private static final int SECRET_BYTES = 30;
    static final String PURPOSE = "access key";

    private final SecureRandom random = new SecureRandom();
    final Holders<User> holders;
    private final IamData data;
    private final ManagedPolicies policies;
    private final KeyFile keys;
    private final Store store;
    private final Time time;

    Users(IamData data, ManagedPolicies policies, KeyFile keys, Store store, Time time) {
        holders = new Holders<>(data.users, Holders.Kind.USER, policies, store);
        this.data = data;
        this.policies = policies;
        this.keys = keys;
        this.store = store;
        this.time = time;
    }

    Iam.CreateUserResponse create(Caller caller, Iam.CreateUserRequest input) {
        var user = new User(caller.account(), input.userName(), input.path() == null ? "/" : input.path(),
                Ids.create("AIDA"), now(), Tags.of(input.tags()), Grants.none(input.permissionsBoundary()));
        boolean first = store.write(tx -> {
            if (input.permissionsBoundary() != null) {
                policies.requireAttachable(tx, caller.account(), input.permissionsBoundary());
            }
            if (!data.users.putIfAbsent(tx, IamData.named(user.account(), user.name()), user)) {
                throw new Iam.EntityAlreadyExistsException("User with name " + user.name() + " already exists.");
            }
            return data.hadUsers.putIfAbsent(tx, IamData.HAD_USERS, true);
        });
        if (first) {
            LOG.log(Level.WARNING,
                    "The first IAM user, " + user.name() + ", was created: from now on each request must be signed"
                    + " with a known access key. The root user's key is in the file \"credentials\" "
                    + "of the data folder.");
        }
        return Iam.CreateUserResponse.of(r -> r.user(told(user)));
    }

    Iam.GetUserResponse get(Caller caller, String name) {
        if (name == null && caller.principal() instanceof Principal.Root root) {
            return Iam.GetUserResponse.of(r -> r.user(Iam.User.of(
                    u -> u.userId(root.account()).arn(root.arn()).createDate(now()))));
        }
        var user = holders.existing(caller, nameOrOwn(caller, name));
        return Iam.GetUserResponse.of(r -> r.user(told(user)));
    }

    Iam.ListUsersResponse list(Caller caller, Iam.ListUsersRequest input) {
        var prefix = input.pathPrefix() == null ? "/" : input.pathPrefix();
        Slice<User> slice = store.read(tx -> Slice.of(
                holders.all(tx, caller).filter(user -> user.path().startsWith(prefix)),
                user -> Holders.lower(user.name()), input.marker(), input.maxItems()));
        var users = slice.map(user -> told(user).toBuilder().tags(null).permissionsBoundary(null).build());
        return Iam.ListUsersResponse.of(r -> r.users(users).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    void delete(Caller caller, String name) {
        store.change(tx -> {
            holders.existing(tx, caller, name);
            if (data.keysByUser.first(tx, IamData.named(caller.account(), name)).isPresent()) {
                throw new Iam.DeleteConflictException("Cannot delete entity, must delete access keys first.");
            }
            holders.delete(tx, caller, name);
        });
    }

    Iam.CreateAccessKeyResponse createKey(Caller caller, String userName) {
        var id = AccessKeyIds.create(AccessKeyIds.LONG_TERM, caller.account());
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        var secret = Base64.getEncoder().encodeToString(bytes);
        byte[] sealed = keys.seal(PURPOSE, id, secret.getBytes(StandardCharsets.UTF_8));
        var name = nameOrOwn(caller, userName);
        var key = store.<AccessKey>write(tx -> {
            var user = holders.existing(tx, caller, name);
            if (data.keysByUser.range(tx, IamData.named(caller.account(), name)).count() >= MOST_KEYS) {
                throw new Iam.LimitExceededException("Cannot exceed quota for AccessKeysPerUser: " + MOST_KEYS);
            }
            var created = new AccessKey(id, caller.account(), user.name(), sealed, AccessKey.ACTIVE, now());
            data.accessKeys.put(tx, Key.of(id), created);
            return created;
        });
        return Iam.CreateAccessKeyResponse.of(r -> r.accessKey(Iam.AccessKey.of(k -> k.userName(key.userName())
                .accessKeyId(id).secretAccessKey(secret).status(key.status()).createDate(key.created()))));
    }

    Iam.ListAccessKeysResponse listKeys(Caller caller, Iam.ListAccessKeysRequest input) {
        var name = nameOrOwn(caller, input.userName());
        Slice<AccessKey> slice = store.read(tx -> {
            holders.existing(tx, caller, name);
            return Slice.of(data.keysByUser.range(tx, IamData.named(caller.account(), name)).map(Row::value),
                    AccessKey::id, input.marker(), input.maxItems());
        });
        var told = slice.map(key -> Iam.AccessKeyMetadata.of(k -> k.userName(key.userName()).accessKeyId(key.id())
                .status(key.status()).createDate(key.created())));
        return Iam.ListAccessKeysResponse.of(
                r -> r.accessKeyMetadata(told).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    void updateKey(Caller caller, Iam.UpdateAccessKeyRequest input) {
        store.change(tx -> {
            var key = existingKey(tx, caller, input.userName(), input.accessKeyId());
            data.accessKeys.put(tx, Key.of(key.id()), key.withStatus(input.status()));
        });
    }

    void deleteKey(Caller caller, Iam.DeleteAccessKeyRequest input) {
        store.change(tx -> {
            var key = existingKey(tx, caller, input.userName(), input.accessKeyId());
            data.accessKeys.delete(tx, Key.of(key.id()));
        });
    }

    private AccessKey existingKey(ReadTx tx, Caller caller, String userName, String id) {
        var name = nameOrOwn(caller, userName);
        holders.existing(tx, caller, name);
        return data.accessKeys.get(tx, Key.of(id))
                .filter(key -> key.account().equals(caller.account()) && key.userName().equalsIgnoreCase(name))
                .orElseThrow(() -> new Iam.NoSuchEntityException("The Access Key with id " + id + " cannot be found."));
    }

    /** Operations on a user mean the caller where they name nobody. */
    static String nameOrOwn(Caller caller, String name) {
        if (name != null) {
            return name;
        }
        if (caller.principal() instanceof Principal.User user) {
            return user.name();
        }
        throw ApiError.of("ValidationError", 400, "Must specify userName when calling with non-User credentials");
    }

    private static Iam.User told(User user) {
        return Iam.User.of(u -> u.userName(user.name()).userId(user.id()).arn(user.arn()).path(user.path())
                .createDate(user.created()).permissionsBoundary(Holders.boundary(user.grants()))
                .tags(Tags.toldOrAbsent(user.tags())));
    }

    /** IAM tells whole seconds. */
    private Instant now() {
        return time.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
