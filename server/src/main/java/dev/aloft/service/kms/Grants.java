package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.GrantListEntry;
import dev.aloft.api.Kms.InvalidGrantTokenException;
import dev.aloft.api.Kms.LimitExceededException;
import dev.aloft.api.Kms.NotFoundException;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Grant;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Grants: what somebody may do with a key whatever its policy says, until it is taken back.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html">Grants in AWS KMS</a>
 */
final class Grants {
    private static final int MOST = 50_000;
    private static final int ID_BYTES = 32;
    private static final int USUAL_PAGE = 50;
    private static final String CREATE = "CreateGrant";
    private static final String RETIRE = "RetireGrant";
    /** The condition keys of requests: what KeyAccess tells of them. */
    static final String OPERATIONS = "kms:GrantOperations";
    static final String CONSTRAINT = "kms:GrantConstraintType";
    static final String CONTEXT = "kms:EncryptionContext:";
    /** Those that have an encryption context. */
    private static final Set<String> CONSTRAINED = Set.of("Encrypt", "Decrypt", "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
            "ReEncryptFrom", "ReEncryptTo", CREATE);

    private final KmsData data;
    private final KeyIds ids;
    private final UsableKeys usable;
    private final Store store;
    private final Time time;

    Grants(KmsData data, KeyIds ids, UsableKeys usable, Store store, Time time) {
        this.data = data;
        this.ids = ids;
        this.usable = usable;
        this.store = store;
        this.time = time;
    }

    /** With a name, the same again is the same grant. */
    Kms.CreateGrantResponse create(Caller caller, Kms.CreateGrantRequest input) {
        Refusals.tokens(input.grantTokens());
        requirePrincipal(input.granteePrincipal());
        requirePrincipal(input.retiringPrincipal());
        var wanted = grant(caller, input);
        var made = store.<Made>write(tx -> {
            var key = usable.enabled(tx, caller, input.keyId());
            requireFitting(key, input);
            Refusals.dry(input.dryRun());
            var before = all(tx, key.key()).toList();
            var same = before.stream().filter(it -> it.name() != null && it.isLike(wanted)).findFirst();
            if (same.isPresent()) {
                return new Made(key, same.get());
            }
            if (before.size() >= MOST) {
                throw new LimitExceededException("You have exceeded the grants limit for this KMS key: " + key.arn());
            }
            data.grants.put(tx, key.key().and(wanted.id()), wanted);
            return new Made(key, wanted);
        });
        var token = new GrantToken(made.key().account(), made.key().region(), made.key().id(), made.grant().id());
        return Kms.CreateGrantResponse.of(r -> r.grantId(made.grant().id()).grantToken(token.text()));
    }

    private record Made(StoredKey key, Grant grant) {}

    private Grant grant(Caller caller, Kms.CreateGrantRequest input) {
        var constraints = Optional.ofNullable(input.constraints());
        return new Grant(HexFormat.of().formatHex(KeySpec.random(ID_BYTES)), input.name(), input.granteePrincipal(),
                input.retiringPrincipal(), List.copyOf(input.operations()),
                constraints.map(Kms.GrantConstraints::encryptionContextEquals).orElse(null),
                constraints.map(Kms.GrantConstraints::encryptionContextSubset).orElse(null), KmsData.now(time),
                caller.account());
    }

    private static void requirePrincipal(String principal) {
        if (principal != null && !Arn.isArn(principal) && !principal.endsWith(".amazonaws.com")) {
            throw new Kms.InvalidArnException("ARN does not refer to a valid principal: " + principal);
        }
    }

    /** A grant is of operations that the key has. */
    private static void requireFitting(StoredKey key, Kms.CreateGrantRequest input) {
        var fitting = key.kind().grantable(key.usage());
        for (var operation : input.operations()) {
            if (!fitting.contains(operation)) {
                throw Refusals.invalid("Operation " + operation + " is not valid for a grant of the KMS key "
                        + key.arn() + " with key usage " + key.usage() + ".");
            }
        }
        if (input.constraints() != null && !key.isSymmetric()) {
            throw Refusals.invalid("Grant constraints are only supported for symmetric encryption KMS keys.");
        }
    }

    private Stream<Grant> all(ReadTx tx, Key key) {
        return data.grants.range(tx, key).map(Row::value);
    }

    Kms.ListGrantsResponse list(Caller caller, Kms.ListGrantsRequest input) {
        var all = store.read(tx -> {
            var key = ids.existing(tx, caller, input.keyId());
            return all(tx, key.key())
                    .filter(it -> input.grantId() == null || it.id().equals(input.grantId()))
                    .filter(it -> input.granteePrincipal() == null || it.grantee().equals(input.granteePrincipal()))
                    .map(it -> told(key.arn(), it)).toList();
        });
        return page(all, input.marker(), input.limit());
    }

    /** Of all keys of the account in this region. */
    Kms.ListGrantsResponse list(Caller caller, Kms.ListRetirableGrantsRequest input) {
        var prefix = Key.of(caller.account(), caller.region());
        var all = store.read(tx -> data.grants.range(tx, prefix)
                .filter(row -> input.retiringPrincipal().equals(row.value().retiring()))
                .map(row -> told(caller.arn("kms", "key/" + row.key().text(2)).toString(), row.value())).toList());
        return page(all, input.marker(), input.limit());
    }

    private static Kms.ListGrantsResponse page(List<GrantListEntry> all, String marker, Integer limit) {
        var page = ListPage.of(all, GrantListEntry::grantId, marker, limit, USUAL_PAGE, Refusals::marker);
        return Kms.ListGrantsResponse.of(
                r -> r.grants(page.items()).nextMarker(page.next()).truncated(page.isCut()));
    }

    private static GrantListEntry told(String keyArn, Grant grant) {
        var constraints = grant.equal() == null && grant.subset() == null ? null : Kms.GrantConstraints.of(
                c -> c.encryptionContextEquals(grant.equal()).encryptionContextSubset(grant.subset()));
        return GrantListEntry.of(e -> e.keyId(keyArn).grantId(grant.id()).name(grant.name())
                .creationDate(grant.created()).granteePrincipal(grant.grantee()).retiringPrincipal(grant.retiring())
                .issuingAccount("arn:aws:iam::" + grant.issuer() + ":root").operations(grant.operations())
                .constraints(constraints));
    }

    /**
     * Whether a grant allows this to the caller, under the condition keys of the request. Retiring is another matter.
     */
    boolean allow(Caller caller, String operation, Key key, Map<String, List<String>> keys) {
        return !operation.equals(RETIRE) && store.<Boolean>read(tx -> all(tx, key).anyMatch(
                grant -> isFor(grant, caller.principal()) && grant.operations().contains(operation)
                        && isMet(grant, operation, keys)));
    }

    private static boolean isFor(Grant grant, Principal principal) {
        return isNamed(grant.grantee(), principal);
    }

    /** What is granted on must be no more than what was granted, and under the same constraints or narrower ones. */
    private static boolean isMet(Grant grant, String operation, Map<String, List<String>> keys) {
        if (operation.equals(CREATE) && !grant.operations().containsAll(keys.getOrDefault(OPERATIONS, List.of()))) {
            return false;
        }
        if (!CONSTRAINED.contains(operation)) {
            return true;
        }
        var context = context(keys);
        boolean isEqual = grant.equal() == null || lowered(grant.equal()).equals(context)
                && (!operation.equals(CREATE) || List.of("EncryptionContextEquals").equals(keys.get(CONSTRAINT)));
        return isEqual
                && (grant.subset() == null || context.entrySet().containsAll(lowered(grant.subset()).entrySet()));
    }

    private static Map<String, String> context(Map<String, List<String>> keys) {
        return lowered(keys.entrySet().stream().filter(it -> it.getKey().startsWith(CONTEXT)).collect(
                Collectors.toMap(it -> it.getKey().substring(CONTEXT.length()), it -> it.getValue().getFirst())));
    }

    /** Constraints do not tell names by their case. */
    private static Map<String, String> lowered(Map<String, String> context) {
        return context.entrySet().stream().collect(
                Collectors.toMap(it -> it.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue, (_, last) -> last));
    }

    /** A grant to a role is one to its sessions. */
    private static boolean isNamed(String name, Principal principal) {
        return principal.arn().equals(name)
                || principal instanceof Principal.RoleSession session && session.roleArn().equals(name);
    }

    /** Whether the grant itself lets the caller retire it, whatever policies say. */
    boolean isRetiredBy(Caller caller, Key grant) {
        return store.read(tx -> data.grants.get(tx, grant)).filter(it -> isNamed(it.retiring(), caller.principal())
                || isFor(it, caller.principal()) && it.operations().contains(RETIRE)).isPresent();
    }

    void revoke(Caller caller, Kms.RevokeGrantRequest input) {
        store.change(tx -> {
            var key = ids.existing(tx, caller, input.keyId());
            remove(tx, key.key().and(input.grantId()), input.dryRun());
        });
    }

    /** By its token, or by the key and its id. */
    void retire(Caller caller, Kms.RetireGrantRequest input) {
        if (input.grantToken() == null && (input.keyId() == null || input.grantId() == null)) {
            throw Refusals.invalid("Either GrantToken or both of KeyId and GrantId must be specified.");
        }
        store.change(tx -> {
            var grant = input.grantToken() == null
                    ? ids.existing(tx, caller, input.keyId()).key().and(input.grantId())
                    : GrantToken.read(input.grantToken())
                            .orElseThrow(() -> new InvalidGrantTokenException("Invalid token")).grant();
            remove(tx, grant, input.dryRun());
        });
    }

    private void remove(Tx tx, Key grant, Boolean dryRun) {
        if (data.grants.get(tx, grant).isEmpty()) {
            throw new NotFoundException("Grant ID " + grant.text(3) + " not found");
        }
        Refusals.dry(dryRun);
        data.grants.delete(tx, grant);
    }
}
