package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.ArchivalSummary;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.TableKey.Archival;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What keys of KMS do for tables. Whoever chooses a key must be allowed to grant DynamoDB its use; whoever reads or
 * writes items must be allowed to decrypt with it, which is asked again when a table's data key was used for five
 * minutes. Of a table whose key {@link KeyWatch} found to be no good DynamoDB says that it is inaccessible. Items are
 * not enciphered: they lie on this machine's disk as they are.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html">DynamoDB
 *     encryption at rest usage notes</a>
 */
final class TableKeys {
    private static final String SERVICE = "dynamodb";
    private static final Duration REUSE = Duration.ofMinutes(5);
    private static final List<String> GRANTED = List.of("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom",
        "ReEncryptTo", "RetireGrant", "DescribeKey");

    private final DynamoDbData data;
    private final OpenTables open;
    private final Kms kms;
    private final Envelopes envelopes;
    private final Store store;
    private final Time time;
    /** Whether there may be a table with a key, so that others need not pay for it; null until that is looked up. */
    private final AtomicReference<Boolean> used = new AtomicReference<>();

    TableKeys(DynamoDbData data, OpenTables open, Endpoint endpoint, Store store, Time time) {
        this.data = data;
        this.open = open;
        this.kms = Kms.at(endpoint);
        this.envelopes = new Envelopes(SERVICE, endpoint, time, Encryption::ofKey);
        this.store = store;
        this.time = time;
    }

    /** Makes a key ready for a table: the caller is asked for, and DynamoDB gets its grant. Not for transactions. */
    TableKey prepare(Caller caller, TableRef ref, String keyId) {
        var where = ref.region().equals(caller.region()) ? "" : " for region " + ref.region();
        var here = caller.in(caller.account(), ref.region());
        used.set(true);
        try {
            return granted(here, ref, KeyUse.named(here, ref.account(), keyId));
        } catch (ApiError error) {
            throw Encryption.ofKey(KeyRefusal.of(error, here, false), where);
        }
    }

    private TableKey granted(Caller caller, TableRef ref, String keyId) {
        var through = caller.through(SERVICE);
        var key = kms.describeKey(through, Kms.DescribeKeyRequest.of(r -> r.keyId(keyId))).keyMetadata();
        if (!key.keySpec().equals(Kms.KeySpec.SYMMETRIC_DEFAULT)) {
            throw new Kms.InvalidKeyUsageException(
                "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.");
        }
        var context = TableKey.context(ref);
        var grant = kms.createGrant(through, Kms.CreateGrantRequest.of(r -> r.keyId(key.arn())
            .granteePrincipal(itself(ref)).retiringPrincipal(itself(ref)).operations(GRANTED)
            .constraints(Kms.GrantConstraints.of(c -> c.encryptionContextSubset(context)))));
        var made = kms.generateDataKey(caller(ref), Kms.GenerateDataKeyRequest.of(
            r -> r.keyId(key.arn()).keySpec(Kms.DataKeySpec.AES_256).encryptionContext(context)));
        return TableKey.of(key.arn(), Kms.KeyManagerType.AWS.equals(key.keyManager()), grant.grantId(),
            made.ciphertextBlob());
    }

    private static String itself(TableRef ref) {
        return SERVICE + "." + ref.region() + ".amazonaws.com";
    }

    /** DynamoDB itself, which has a grant. */
    private static Caller caller(TableRef ref) {
        return new Caller(ref.account(), ref.region(), new Principal.Service(itself(ref), ref.arn()),
            UUID.randomUUID().toString(), null, 1, null, null, null);
    }

    Optional<TableKey> find(ReadTx tx, TableRef ref) {
        return data.keys.get(tx, ref.key());
    }

    Optional<TableKey> find(TableRef ref) {
        return store.read(tx -> find(tx, ref));
    }

    /** What becomes of a table's key: another, or none. */
    void put(Tx tx, TableRef ref, Optional<TableKey> key, Instant now) {
        find(tx, ref).ifPresent(before -> data.retiring.add(tx, now, ref.key().and(before.grant()), before));
        tx.afterCommit(data.keyWork::raise);
        key.ifPresentOrElse(it -> data.keys.put(tx, ref.key(), it), () -> data.keys.delete(tx, ref.key()));
    }

    /** A table that is there already gets another key, or none. */
    void change(Tx tx, TableRef ref, StoredTable table, Optional<TableKey> key, Instant now) {
        data.encryptionChanges.put(tx, ref.key(), changes(tx, ref, table, now).another(now));
        put(tx, ref, key, now);
    }

    EncryptionChanges changes(ReadTx tx, TableRef ref, StoredTable table, Instant now) {
        return EncryptionChanges.of(data.encryptionChanges.get(tx, ref.key()).orElse(null), table.created(), now);
    }

    /** Demands that the caller may use the keys of these tables, those there are. */
    void require(Caller caller, Supplier<Stream<String>> tables) {
        if (mayBeUsed()) {
            tables.get().distinct().flatMap(name -> named(caller, name).stream()).forEach(ref -> require(caller, ref));
        }
    }

    private static Optional<TableRef> named(Caller caller, String name) {
        try {
            return Optional.of(TableRef.of(caller, name));
        } catch (ValidationException _) {
            // Told where the request is carried out.
            return Optional.empty();
        }
    }

    void require(Caller caller, String table) {
        if (mayBeUsed()) {
            require(caller, TableRef.of(caller, table));
        }
    }

    private boolean mayBeUsed() {
        var known = used.get();
        if (known == null) {
            used.compareAndSet(null, store.<Boolean>read(tx -> data.keys.range(tx, Key.EMPTY).findAny().isPresent()));
            known = used.get();
        }
        return known;
    }

    private void require(Caller caller, TableRef ref) {
        if (open.seen(ref).filter(table -> table.stored.encryptionKey().isEmpty()).isPresent()) {
            return;
        }
        find(ref).ifPresent(key -> {
            if (key.archival().isPresent()) {
                throw new ResourceNotFoundException("Requested resource not found");
            }
            envelopes.requireOpen(
                caller.in(caller.account(), ref.region()), key.encrypted(), TableKey.context(ref), REUSE);
        });
    }

    /** Demands that a table's key, if it has one, was not found to be no good. */
    void requireAccessible(TableRef ref) {
        find(ref).filter(key -> key.inaccessible().isPresent()).ifPresent(key -> {
            try {
                decrypt(ref, key);
            } catch (ApiError error) {
                throw Encryption.ofKey(KeyRefusal.of(error, caller(ref), true));
            }
        });
    }

    /** What is told of a table whose key is no good. */
    TableDescription told(ReadTx tx, TableRef ref, TableDescription description) {
        var key = find(tx, ref);
        var archival = key.flatMap(TableKey::archival);
        if (archival.isPresent()) {
            return archived(tx, ref, archival.get(), description);
        }
        var since = key.flatMap(TableKey::inaccessible);
        if (since.isEmpty() || !description.tableStatus().equals(TableStatus.ACTIVE)) {
            return description;
        }
        // Of a region of a global table the moment is not told.
        var moment = description.replicas() == null ? since.get() : null;
        return description.toBuilder().tableStatus(TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS)
            .sseDescription(description.sseDescription().toBuilder().inaccessibleEncryptionDateTime(moment).build())
            .build();
    }

    private TableDescription archived(ReadTx tx, TableRef ref, Archival archival, TableDescription description) {
        var backup = new BackupRef(ref, archival.backup());
        boolean done = data.backups.get(tx, backup.key()).filter(kept -> !kept.available()).isEmpty();
        return description.toBuilder().tableStatus(done ? TableStatus.ARCHIVED : TableStatus.ARCHIVING)
            .archivalSummary(new ArchivalSummary(archival.at(), TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS,
                backup.arn())).build();
    }

    /** Ends a grant that is no longer needed. */
    void retire(TableRef ref, TableKey key) {
        try {
            kms.retireGrant(caller(ref), Kms.RetireGrantRequest.of(r -> r.keyId(key.arn()).grantId(key.grant())));
        } catch (ApiError _) {
            // The grant or the key is gone, or the key is going.
        }
    }

    /** Whether DynamoDB itself can use the key. */
    boolean isGood(TableRef ref, TableKey key) {
        try {
            decrypt(ref, key);
            return true;
        } catch (ApiError refused) {
            return refused.status() >= 500;
        }
    }

    private void decrypt(TableRef ref, TableKey key) {
        kms.decrypt(caller(ref), Kms.DecryptRequest.of(
            r -> r.ciphertextBlob(key.encrypted()).encryptionContext(TableKey.context(ref))));
    }
}
