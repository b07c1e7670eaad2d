package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsData.CURRENT;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.secretsmanager.SecretsData.Sealed;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Secrets without their values: made, described, changed, deleted and restored. */
final class Secrets {
    /** The role of {@code events} is that of {@code apidestinations.events.amazonaws.com}. */
    private static final Pattern LINKED_ROLE =
            Pattern.compile(":role/aws-service-role/(?:[a-z-]+\\.)*([a-z-]+)\\.amazonaws\\.com/");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@!-]+");
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int SUFFIX = 6;
    private static final long SHORTEST_WINDOW_DAYS = 7;
    private static final long LONGEST_WINDOW_DAYS = 30;
    private static final int AT_ONCE = 100;
    static final int PAGE = 100;
    private static final Comparator<Secret> BY_CREATION =
            Comparator.comparing(Secret::created).thenComparing(Secret::name);

    private final SecretsData data;
    private final SecretIds ids;
    private final Versions versions;
    private final Vault vault;
    private final Store store;
    private final Time time;
    private final SecureRandom random = new SecureRandom();

    Secrets(SecretsData data, SecretIds ids, Versions versions, Vault vault, Store store, Time time) {
        this.data = data;
        this.ids = ids;
        this.versions = versions;
        this.vault = vault;
        this.store = store;
        this.time = time;
    }

    /**
     * The same token and value again is no second secret.
     *
     * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html">CreateSecret</a>
     */
    SecretsManager.CreateSecretResponse create(Caller caller, SecretsManager.CreateSecretRequest input) {
        Refusals.unbuilt("Replication of secrets to other regions", input.addReplicaRegions());
        if (!NAME.matcher(input.name()).matches()) {
            throw ApiError.of("ValidationException", 400, "Invalid name. Must be a valid name containing alphanumeric"
                    + " characters, or any of the following: -/_+=.@!");
        }
        var value = SecretValue.of(input.secretString(), input.secretBinary());
        if (value.isPresent() && input.clientRequestToken() == null) {
            throw Refusals.noToken();
        }
        var token = input.clientRequestToken();
        // What a service makes for itself has its name as a tag.
        var given = input.tags() == null ? null : Tags.with(null, input.tags());
        var tags = service(caller).map(owner -> Map.of("aws:secretsmanager:owningService", owner)).orElse(given);
        var fresh = fresh(caller, input.name(), input.description(), tags).withKey(key(input.kmsKeyId()));
        vault.require(caller, fresh);
        var sealed = value.map(it -> versions.sealed(caller, fresh, token, it));
        return store.write(tx -> {
            var known = data.secrets.get(tx, fresh.key());
            if (known.isPresent()) {
                return again(known.get(), value.isPresent() && versions.isSame(tx, known.get(), token, value.get()),
                        input);
            }
            data.secrets.put(tx, fresh.key(), fresh);
            value.ifPresent(it -> versions.add(tx, fresh, token, it, sealed.orElseThrow(), List.of(CURRENT)));
            return created(fresh, value.isPresent() ? token : null);
        });
    }

    private static SecretsManager.CreateSecretResponse again(Secret known, boolean isSame,
            SecretsManager.CreateSecretRequest input) {
        if (known.deleted() != null) {
            throw new SecretsManager.InvalidRequestException("You can't create this secret because a "
                    + "secret with this name is already scheduled for deletion.");
        }
        if (!isSame) {
            throw new SecretsManager.ResourceExistsException(
                    "The operation failed because the secret " + input.name() + " already exists.");
        }
        return created(known, input.clientRequestToken());
    }

    private static SecretsManager.CreateSecretResponse created(Secret secret, String version) {
        return SecretsManager.CreateSecretResponse.of(r -> r.arn(secret.arn()).name(secret.name()).versionId(version));
    }

    private Secret fresh(Caller caller, String name, String description, Map<String, String> tags) {
        var now = SecretsData.now(time);
        return new Secret(caller.account(), caller.region(), name, suffix(), description, now, now, null, null, null,
                tags, null, service(caller).orElse(null), null);
    }

    /** The service that makes a secret for itself, by its own name or under its role of its own. */
    private static Optional<String> service(Caller caller) {
        return switch (caller.principal()) {
            case Principal.Service it -> Optional.of(it.name().substring(0, it.name().indexOf('.')));
            case Principal.RoleSession it -> Optional.of(LINKED_ROLE.matcher(it.roleArn())).filter(Matcher::find)
                    .map(found -> found.group(1));
            default -> Optional.empty();
        };
    }

    private String suffix() {
        var suffix = new StringBuilder();
        for (int i = 0; i < SUFFIX; i++) {
            suffix.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return suffix.toString();
    }

    /** Whoever else than the service that owns it may not change a secret. */
    static void requireOwner(Caller caller, Secret secret) {
        if (secret.owner() != null && !service(caller).filter(secret.owner()::equals).isPresent()) {
            throw Refusals.managed();
        }
    }

    SecretsManager.UpdateSecretResponse update(Caller caller, SecretsManager.UpdateSecretRequest input) {
        var value = SecretValue.of(input.secretString(), input.secretBinary());
        if (value.isPresent() && input.clientRequestToken() == null) {
            throw Refusals.noToken();
        }
        var before = store.<Secret>read(tx -> ids.usable(tx, caller, input.secretId()));
        var keyed = input.kmsKeyId() == null ? before : before.withKey(key(input.kmsKeyId()));
        boolean isOther = !Objects.equals(keyed.kmsKeyId(), before.kmsKeyId());
        if (isOther) {
            vault.require(caller, keyed);
        }
        var sealed = value.map(it -> versions.sealed(caller, keyed, input.clientRequestToken(), it));
        var anew = isOther ? versions.anew(caller, keyed) : Map.<String, Sealed>of();
        var now = SecretsData.now(time);
        return store.write(tx -> {
            var secret = ids.usable(tx, caller, before.arn());
            requireOwner(caller, secret);
            var changed = input.description() == null ? secret : secret.withDescription(input.description());
            data.secrets.put(tx, secret.key(), (isOther ? changed.withKey(keyed.kmsKeyId()) : changed).changed(now));
            versions.replace(tx, secret, anew);
            value.ifPresent(it -> versions.put(tx, secret, input.clientRequestToken(), it, sealed.orElseThrow(),
                    List.of(CURRENT)));
            return SecretsManager.UpdateSecretResponse.of(r -> r.arn(secret.arn()).name(secret.name())
                    .versionId(value.isPresent() ? input.clientRequestToken() : null));
        });
    }

    /** AWS's own key is what every secret is encrypted with that names none. */
    private static String key(String given) {
        return given == null || given.isEmpty() || given.endsWith("alias/aws/secretsmanager") ? null : given;
    }

    /** Changes something of a secret that was not deleted. */
    Secret change(Caller caller, String id, UnaryOperator<Secret> how) {
        var now = SecretsData.now(time);
        return store.write(tx -> {
            var changed = how.apply(ids.usable(tx, caller, id)).changed(now);
            data.secrets.put(tx, changed.key(), changed);
            return changed;
        });
    }

    Secret existing(Caller caller, String id) {
        return store.read(tx -> ids.existing(tx, caller, id));
    }

    /**
     * With force it is gone at once, and whoever deletes what is not there is answered as if it had been.
     *
     * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html">DeleteSecret</a>
     */
    SecretsManager.DeleteSecretResponse delete(Caller caller, SecretsManager.DeleteSecretRequest input) {
        boolean force = Boolean.TRUE.equals(input.forceDeleteWithoutRecovery());
        var days = input.recoveryWindowInDays();
        if (force && days != null) {
            throw Refusals.invalid("You can't use ForceDeleteWithoutRecovery in conjunction with "
                    + "RecoveryWindowInDays.");
        }
        if (days != null && (days < SHORTEST_WINDOW_DAYS || days > LONGEST_WINDOW_DAYS)) {
            throw Refusals.invalid("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        }
        var now = SecretsData.now(time);
        var end = force ? now : now.plus(Duration.ofDays(days == null ? LONGEST_WINDOW_DAYS : days));
        var never = fresh(caller, input.secretId(), null, null);
        return store.write(tx -> {
            var found = ids.find(tx, caller, input.secretId());
            if (found.isEmpty() && !force) {
                throw Refusals.notFound();
            }
            found.ifPresent(secret -> {
                requireOwner(caller, secret);
                if (force) {
                    remove(tx, secret.key());
                } else {
                    schedule(tx, secret, now, end);
                }
            });
            var told = found.orElse(never);
            return SecretsManager.DeleteSecretResponse.of(r -> r.arn(told.arn()).name(told.name()).deletionDate(end));
        });
    }

    private void schedule(Tx tx, Secret secret, Instant now, Instant end) {
        if (secret.deleted() != null) {
            throw Refusals.deleted();
        }
        data.secrets.put(tx, secret.key(), secret.deleted(now).changed(now));
        data.deletions.add(tx, end, secret.key(), secret.key());
        data.rotations.cancel(tx, secret.key());
    }

    private void remove(Tx tx, Key key) {
        data.secrets.delete(tx, key);
        data.versions.deleteAll(tx, key);
        data.running.delete(tx, key);
        data.deletions.cancel(tx, key);
        data.rotations.cancel(tx, key);
    }

    /** What is rotated by a schedule is so again from here on. */
    Secret restore(Caller caller, String id) {
        var now = SecretsData.now(time);
        return store.write(tx -> {
            var secret = ids.existing(tx, caller, id);
            if (secret.deleted() == null) {
                return secret;
            }
            var restored = secret.deleted(null).changed(now);
            data.secrets.put(tx, secret.key(), restored);
            data.deletions.cancel(tx, secret.key());
            Rotations.schedule(tx, data, restored, now);
            return restored;
        });
    }

    /** Ends secrets whose recovery window is over. */
    Optional<Instant> turn() {
        return data.deletions.turn(store, SecretsData.now(time), AT_ONCE, (tx, due) -> remove(tx, due.value()));
    }

    SecretsManager.DescribeSecretResponse describe(Caller caller, String id) {
        return store.read(tx -> {
            var secret = ids.existing(tx, caller, id);
            var rotation = Optional.ofNullable(secret.rotation());
            var stages = versions.stages(tx, secret);
            return SecretsManager.DescribeSecretResponse.of(r -> r.arn(secret.arn()).name(secret.name())
                    .description(secret.description()).kmsKeyId(secret.kmsKeyId())
                    .createdDate(secret.created()).lastChangedDate(secret.changed())
                    .lastAccessedDate(secret.accessed()).deletedDate(secret.deleted()).owningService(secret.owner())
                    .tags(secret.tags() == null ? null : Tags.told(secret.tags()))
                    .versionIdsToStages(stages.isEmpty() ? null : stages)
                    .rotationEnabled(rotation.map(SecretsData.Rotation::enabled).orElse(null))
                    .rotationLambdaARN(rotation.map(SecretsData.Rotation::functionArn).orElse(null))
                    .rotationRules(rotation.map(SecretsData.Rotation::rules).map(RotationRules::told).orElse(null))
                    .lastRotatedDate(rotation.map(SecretsData.Rotation::rotated).orElse(null))
                    .nextRotationDate(rotation.map(SecretsData.Rotation::next).orElse(null)));
        });
    }

    /** In the order in which they were made, or the reverse of it. */
    SecretsManager.ListSecretsResponse list(Caller caller, SecretsManager.ListSecretsRequest input) {
        var wanted = SecretFilters.of(input.filters());
        boolean withDeleted = Boolean.TRUE.equals(input.includePlannedDeletion());
        return store.read(tx -> {
            var all = new ArrayList<>(data.secrets.range(tx, Key.of(caller.account(), caller.region())).map(Row::value)
                    .filter(secret -> withDeleted || secret.deleted() == null).filter(wanted)
                    .sorted(BY_CREATION).toList());
            var page = ListPage.of("desc".equals(input.sortOrder()) ? all.reversed() : all, Secret::name,
                    input.nextToken(), input.maxResults(), PAGE, Refusals::badToken);
            return SecretsManager.ListSecretsResponse.of(r -> r.nextToken(page.next())
                    .secretList(page.items().stream().map(secret -> entry(secret, versions.stages(tx, secret)))
                    .toList()));
        });
    }

    private static SecretsManager.SecretListEntry entry(Secret secret, Map<String, List<String>> stages) {
        var rotation = Optional.ofNullable(secret.rotation());
        return SecretsManager.SecretListEntry.of(e -> e.arn(secret.arn()).name(secret.name())
                .description(secret.description()).kmsKeyId(secret.kmsKeyId())
                .createdDate(secret.created()).lastChangedDate(secret.changed())
                .lastAccessedDate(secret.accessed()).deletedDate(secret.deleted()).owningService(secret.owner())
                .tags(secret.tags() == null ? null : Tags.told(secret.tags()))
                .secretVersionsToStages(stages.isEmpty() ? null : stages)
                .rotationEnabled(rotation.map(SecretsData.Rotation::enabled).orElse(null))
                .rotationLambdaARN(rotation.map(SecretsData.Rotation::functionArn).orElse(null))
                .rotationRules(rotation.map(SecretsData.Rotation::rules).map(RotationRules::told).orElse(null))
                .lastRotatedDate(rotation.map(SecretsData.Rotation::rotated).orElse(null))
                .nextRotationDate(rotation.map(SecretsData.Rotation::next).orElse(null)));
    }
}
