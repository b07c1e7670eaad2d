package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsData.CURRENT;
import static dev.aloft.service.secretsmanager.SecretsData.PENDING;
import static dev.aloft.service.secretsmanager.SecretsData.PREVIOUS;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.secretsmanager.SecretsData.Sealed;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import dev.aloft.service.secretsmanager.SecretsData.Version;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The values of secrets, each a version with staging labels. A label is on one version at a time.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html">What's in a
 *     secret</a>
 */
final class Versions {
    private static final int MOST_STAGES = 20;
    /** So many are kept, and besides all that have a label or were made within a day. */
    private static final int KEPT = 100;
    private static final Duration YOUNG = Duration.ofDays(1);
    private static final Comparator<Version> BY_CREATION = Comparator.comparing(Version::created)
            .thenComparing(Version::id);

    private final SecretsData data;
    private final SecretIds ids;
    private final Vault vault;
    private final Store store;
    private final Time time;

    Versions(SecretsData data, SecretIds ids, Vault vault, Store store, Time time) {
        this.data = data;
        this.ids = ids;
        this.vault = vault;
        this.store = store;
        this.time = time;
    }

    Sealed sealed(Caller caller, Secret secret, String token, SecretValue value) {
        requireSameAccount(caller, secret, secret.kmsKeyId());
        return vault.sealed(caller, secret, token, value);
    }

    /** AWS's own key opens secrets to their own account alone. */
    private static void requireSameAccount(Caller caller, Secret secret, String kmsKeyId) {
        if (kmsKeyId == null && !caller.account().equals(secret.account())) {
            throw Refusals.otherAccount();
        }
    }

    // ---- reading

    SecretsManager.GetSecretValueResponse get(Caller caller, SecretsManager.GetSecretValueRequest input) {
        record Found(Secret secret, Version version) {}
        var found = store.<Found>read(tx -> {
            var secret = ids.usable(tx, caller, input.secretId());
            return new Found(secret, wanted(tx, secret, input.versionId(), input.versionStage()));
        });
        var version = found.version();
        requireSameAccount(caller, found.secret(), version.kmsKeyId());
        var value = opened(caller, found.secret(), version);
        accessed(found.secret(), version);
        return SecretsManager.GetSecretValueResponse.of(r -> r.arn(found.secret().arn()).name(found.secret().name())
                .versionId(version.id()).versionStages(version.stages().isEmpty() ? null : version.stages())
                .createdDate(version.created()).secretString(value.text()).secretBinary(value.binary()));
    }

    private SecretValue opened(Caller caller, Secret secret, Version version) {
        try {
            return vault.opened(caller, secret, version);
        } catch (ApiError refused) {
            boolean isCurrent = Objects.equals(version.kmsKeyId(), secret.kmsKeyId());
            throw isCurrent || !refused.getMessage().equals(Refusals.NO_KMS) ? refused : Refusals.otherKey();
        }
    }

    private Version wanted(ReadTx tx, Secret secret, String id, String stage) {
        if (id == null) {
            var label = stage == null ? CURRENT : stage;
            return labelled(tx, secret, label).filter(it -> it.sealed() != null)
                    .orElseThrow(() -> Refusals.noStage(label));
        }
        var version = data.versions.get(tx, secret.key().and(id)).orElseThrow(() -> Refusals.noVersion(id));
        if (stage != null && !version.has(stage)) {
            throw new SecretsManager.InvalidRequestException(
                    "You provided a VersionStage that is not associated to the provided VersionId.");
        }
        if (version.sealed() == null) {
            throw stage == null ? Refusals.noVersion(id) : Refusals.noStage(stage);
        }
        return version;
    }

    /** AWS tells the day alone. */
    private void accessed(Secret secret, Version version) {
        var today = time.instant().truncatedTo(ChronoUnit.DAYS);
        if (today.equals(secret.accessed()) && today.equals(version.accessed())) {
            return;
        }
        store.change(tx -> {
            data.secrets.update(tx, secret.key(), it -> it.suffix().equals(secret.suffix()) ? it.accessed(today) : it);
            data.versions.update(tx, secret.key().and(version.id()), it -> it.accessed(today));
        });
    }

    private List<Version> all(ReadTx tx, Secret secret) {
        return data.versions.range(tx, secret.key()).map(Row::value).sorted(BY_CREATION).toList();
    }

    Optional<Version> labelled(ReadTx tx, Secret secret, String stage) {
        return all(tx, secret).stream().filter(it -> it.has(stage)).findFirst();
    }

    /** Of those that have some. */
    Map<String, List<String>> stages(ReadTx tx, Secret secret) {
        var stages = new LinkedHashMap<String, List<String>>();
        all(tx, secret).stream().filter(it -> !it.stages().isEmpty()).forEach(it -> stages.put(it.id(), it.stages()));
        return stages;
    }

    SecretsManager.ListSecretVersionIdsResponse list(Caller caller, SecretsManager.ListSecretVersionIdsRequest input) {
        boolean withDeprecated = Boolean.TRUE.equals(input.includeDeprecated());
        return store.read(tx -> {
            var secret = ids.existing(tx, caller, input.secretId());
            var wanted = all(tx, secret).stream().filter(it -> withDeprecated || !it.stages().isEmpty()).toList();
            var page = ListPage.of(wanted, Version::id, input.nextToken(), input.maxResults(), Secrets.PAGE,
                    Refusals::badToken);
            return SecretsManager.ListSecretVersionIdsResponse.of(r -> r.arn(secret.arn()).name(secret.name())
                    .nextToken(page.next()).versions(page.items().stream().map(Versions::entry).toList()));
        });
    }

    private static SecretsManager.SecretVersionsListEntry entry(Version version) {
        var key = Objects.requireNonNullElse(version.kmsKeyId(), "DefaultEncryptionKey");
        return SecretsManager.SecretVersionsListEntry.of(e -> e.versionId(version.id()).createdDate(version.created())
                .lastAccessedDate(version.accessed()).kmsKeyIds(List.of(key))
                .versionStages(version.stages().isEmpty() ? null : version.stages()));
    }

    // ---- writing

    SecretsManager.PutSecretValueResponse put(Caller caller, SecretsManager.PutSecretValueRequest input) {
        Refusals.unbuilt("PutSecretValue with RotationToken", input.rotationToken());
        var value = SecretValue.of(input.secretString(), input.secretBinary()).orElseThrow(Refusals::noValue);
        var token = input.clientRequestToken();
        if (token == null) {
            throw Refusals.noToken();
        }
        var stages = input.versionStages() == null || input.versionStages().isEmpty()
                ? List.of(CURRENT) : input.versionStages();
        if (stages.size() > MOST_STAGES) {
            throw new SecretsManager.LimitExceededException("A version can have up to " + MOST_STAGES
                    + " staging labels.");
        }
        var before = store.<Secret>read(tx -> ids.usable(tx, caller, input.secretId()));
        var sealed = sealed(caller, before, token, value);
        var now = SecretsData.now(time);
        return store.write(tx -> {
            var secret = ids.usable(tx, caller, before.arn());
            Secrets.requireOwner(caller, secret);
            data.secrets.put(tx, secret.key(), secret.changed(now));
            var version = put(tx, secret, token, value, sealed, stages);
            return SecretsManager.PutSecretValueResponse.of(r -> r.arn(secret.arn()).name(secret.name())
                    .versionId(token).versionStages(version.stages()));
        });
    }

    /** Whether this version has this value already, which makes the request a repeated one. */
    boolean isSame(ReadTx tx, Secret secret, String token, SecretValue value) {
        var known = data.versions.get(tx, secret.key().and(token)).filter(it -> it.sealed() != null);
        if (known.isPresent() && !vault.isSame(secret.key(), known.get(), value)) {
            throw Refusals.tokenInUse(token, secret);
        }
        return known.isPresent();
    }

    Version put(Tx tx, Secret secret, String token, SecretValue value, Sealed sealed, List<String> stages) {
        if (isSame(tx, secret, token, value)) {
            return data.versions.get(tx, secret.key().and(token)).orElseThrow();
        }
        return add(tx, secret, token, value, sealed, stages);
    }

    Version add(Tx tx, Secret secret, String token, SecretValue value, Sealed sealed, List<String> stages) {
        boolean isFirst = all(tx, secret).isEmpty();
        var key = secret.key().and(token);
        var empty = data.versions.get(tx, key).orElseGet(() -> Version.empty(token, SecretsData.now(time)));
        data.versions.put(tx, key, empty.filled(value.isText(), sealed));
        stages.forEach(stage -> move(tx, secret, stage, token));
        if (isFirst) {
            move(tx, secret, CURRENT, token);
        }
        forgetOld(tx, secret);
        return data.versions.get(tx, key).orElseThrow();
    }

    /**
     * The values that go with a secret to another key, under that key; those that the caller may not read or encrypt
     * stay under the old one.
     *
     * @param secret with its new key
     */
    Map<String, Sealed> anew(Caller caller, Secret secret) {
        var anew = new HashMap<String, Sealed>();
        var labelled = store.<List<Version>>read(tx -> all(tx, secret).stream().filter(it -> it.sealed() != null
                && Stream.of(CURRENT, PREVIOUS, PENDING).anyMatch(it::has)).toList());
        for (var version : labelled) {
            try {
                anew.put(version.id(),
                        vault.sealed(caller, secret, version.id(), vault.opened(caller, secret, version)));
            } catch (ApiError _) {
                // AWS goes on too.
            }
        }
        return anew;
    }

    void replace(Tx tx, Secret secret, Map<String, Sealed> anew) {
        anew.forEach((id, sealed) ->
                data.versions.update(tx, secret.key().and(id), it -> it.filled(it.isText(), sealed)));
    }

    /** The version that a rotation is to fill. */
    void addPending(Tx tx, Secret secret, String token) {
        data.versions.putIfAbsent(tx, secret.key().and(token), Version.empty(token, SecretsData.now(time)));
        move(tx, secret, PENDING, token);
    }

    /** What {@link #addPending} did is undone: a version that had a value before is another's, and stays. */
    void forgetPending(Tx tx, Secret secret, String token) {
        var key = secret.key().and(token);
        if (data.versions.get(tx, key).filter(it -> it.sealed() == null).isPresent()) {
            data.versions.delete(tx, key);
        } else {
            remove(tx, secret, PENDING, token);
        }
    }

    /** The version that loses the current label gets the previous one, and is pending no longer. */
    private void move(Tx tx, Secret secret, String stage, String to) {
        var from = labelled(tx, secret, stage);
        if (from.isPresent() && from.get().id().equals(to)) {
            return;
        }
        if (stage.equals(CURRENT)) {
            labelled(tx, secret, PREVIOUS).ifPresent(it -> remove(tx, secret, PREVIOUS, it.id()));
        }
        from.ifPresent(it -> {
            remove(tx, secret, stage, it.id());
            if (stage.equals(CURRENT)) {
                remove(tx, secret, PENDING, it.id());
                data.versions.update(tx, secret.key().and(it.id()), old -> old.with(PREVIOUS));
            }
        });
        data.versions.update(tx, secret.key().and(to), it -> it.with(stage));
    }

    void remove(Tx tx, Secret secret, String stage, String from) {
        data.versions.update(tx, secret.key().and(from), it -> it.without(stage));
    }

    private void forgetOld(Tx tx, Secret secret) {
        var young = time.instant().minus(YOUNG);
        var all = all(tx, secret);
        all.stream().limit(Math.max(0, all.size() - KEPT))
                .filter(it -> it.stages().isEmpty() && it.created().isBefore(young))
                .forEach(it -> data.versions.delete(tx, secret.key().and(it.id())));
    }

    /**
     * Takes a label from one version, gives it to another, or both.
     *
     * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html">
     *     UpdateSecretVersionStage</a>
     */
    Secret updateStage(Caller caller, SecretsManager.UpdateSecretVersionStageRequest input) {
        var now = SecretsData.now(time);
        return store.write(tx -> {
            var secret = ids.usable(tx, caller, input.secretId());
            Secrets.requireOwner(caller, secret);
            var stage = input.versionStage();
            require(tx, secret, input.moveToVersionId());
            require(tx, secret, input.removeFromVersionId());
            checkMove(labelled(tx, secret, stage).map(Version::id), stage, input);
            if (input.moveToVersionId() == null) {
                remove(tx, secret, stage, input.removeFromVersionId());
            } else {
                move(tx, secret, stage, input.moveToVersionId());
            }
            data.secrets.put(tx, secret.key(), secret.changed(now));
            return secret;
        });
    }

    private void require(ReadTx tx, Secret secret, String version) {
        if (version != null && !data.versions.has(tx, secret.key().and(version))) {
            throw Refusals.noVersion(version);
        }
    }

    private static void checkMove(Optional<String> from, String stage,
            SecretsManager.UpdateSecretVersionStageRequest input) {
        var to = input.moveToVersionId();
        var given = input.removeFromVersionId();
        if (to == null && given == null) {
            throw Refusals.invalid("You must provide MoveToVersionId, RemoveFromVersionId, or both.");
        }
        if (to == null && stage.equals(CURRENT)) {
            throw Refusals.invalid("You can only move staging label AWSCURRENT to a different secret version."
                    + " It can’t be completely removed.");
        }
        if (from.isPresent() && given == null && !from.get().equals(to)) {
            throw Refusals.invalid("The parameter RemoveFromVersionId can't be empty. Staging label " + stage
                    + " is currently attached to version " + from.get()
                    + ", so you must explicitly reference that version in RemoveFromVersionId.");
        }
        if (given != null && !given.equals(from.orElse(null))) {
            throw Refusals.invalid("The staging label " + stage + " isn't attached to version " + given + ".");
        }
    }
}
