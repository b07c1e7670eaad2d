package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms.KeyUsageType;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Alias;
import dev.aloft.service.kms.KmsData.Material;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The keys that AWS makes in each account and region for its services ({@code alias/aws/sqs}), when one is first used
 * or described. Their policies ({@code aws-managed/*.json}, with the ids and the words of AWS's own) allow everybody in
 * the account to use a key through its service, and nobody to change it.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key">
 *     AWS managed keys</a>
 */
final class AwsManagedKeys {
    private static final Duration ROTATION = Duration.ofDays(365);
    /** By service: what its key protects, as the key's description says. */
    private static final Map<String, String> PROTECTED = Map.of("dynamodb", "DynamoDB data", "kinesis", "Kinesis data",
            "lambda", "Lambda functions", "s3", "S3 objects", "secretsmanager", "Secrets Manager data",
            "sns", "SNS data", "sqs", "SQS messages", "ssm", "SSM parameters");
    /** The aliases that every account has, with a key or without. */
    static final List<String> PREDEFINED =
            List.of("alias/aws/dynamodb", "alias/aws/lambda", "alias/aws/s3", "alias/aws/ssm");

    private final KmsData data;
    private final Vault vault;
    private final Store store;
    private final Time time;

    AwsManagedKeys(KmsData data, Vault vault, Store store, Time time) {
        this.data = data;
        this.vault = vault;
        this.store = store;
        this.time = time;
    }

    /** Whether that is the alias of a service's key, made or not. */
    static boolean has(String alias) {
        return alias.startsWith(KeyIds.AWS) && PROTECTED.containsKey(alias.substring(KeyIds.AWS.length()));
    }

    /** Makes the caller's key of that alias where it has none yet. */
    void prepare(Caller caller, String alias) {
        var at = Key.of(caller.account(), caller.region(), alias);
        if (store.read(tx -> data.aliases.get(tx, at)).isEmpty()) {
            make(caller, alias);
        }
    }

    private void make(Caller caller, String name) {
        var key = key(caller, name.substring(KeyIds.AWS.length()));
        var alias = new Alias(key.account(), key.region(), name, key.id(), key.created(), key.created());
        var secret = vault.sealed(key, 0, KeySpec.SYMMETRIC_DEFAULT.make().secret());
        store.change(tx -> {
            // Two may come first.
            if (data.aliases.putIfAbsent(tx, alias.key(), alias)) {
                data.keys.put(tx, key.key(), key);
                data.materials.put(tx, key.key().and(0), new Material(secret, key.created(), null));
                data.rotations.add(tx, key.created().plus(ROTATION), key.key(), key.key());
            }
        });
    }

    private StoredKey key(Caller caller, String service) {
        var description = "Default key that protects my " + PROTECTED.get(service) + " when no other key is defined";
        return new StoredKey(caller.account(), caller.region(), UUID.randomUUID().toString(), description,
                KeyUsageType.ENCRYPT_DECRYPT, KeySpec.SYMMETRIC_DEFAULT.name(), true, KmsData.now(time), null, Map.of(),
                policy(caller, service), null, 0, (int) ROTATION.toDays(), true,
                null, 0);
    }

    private static String policy(Caller caller, String service) {
        try (var in = AwsManagedKeys.class.getResourceAsStream("aws-managed/" + service + ".json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("${account}", caller.account())
                    .replace("${region}", caller.region());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
