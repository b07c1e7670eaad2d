package dev.aloft.service.kms;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms.NotFoundException;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the key that a KeyId means: its id, its ARN, the name or the ARN of an alias. */
final class KeyIds {
    static final String ALIAS = "alias/";
    static final String AWS = ALIAS + "aws/";
    private static final String KEY = "key/";
    private static final Pattern ID = Pattern.compile(
            "(mrk-[0-9a-f]{32})|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
            Pattern.CASE_INSENSITIVE);

    private final KmsData data;

    KeyIds(KmsData data) {
        this.data = data;
    }

    StoredKey existing(ReadTx tx, Caller caller, String id) {
        return find(tx, caller, id).orElseThrow(() -> missing(caller, id));
    }

    /** One that does not wait for its end. */
    StoredKey lasting(ReadTx tx, Caller caller, String id) {
        var key = existing(tx, caller, id);
        if (key.isEnding()) {
            throw Refusals.ending(key);
        }
        return key;
    }

    Optional<StoredKey> find(ReadTx tx, Caller caller, String id) {
        var arn = arn(caller, id);
        if (!arn.region().equals(caller.region())) {
            return Optional.empty();
        }
        var name = arn.resource();
        if (name.startsWith(ALIAS)) {
            return data.aliases.get(tx, Key.of(arn.account(), arn.region(), name)).flatMap(
                    alias -> data.keys.get(tx, KmsData.key(alias.account(), alias.region(), alias.keyId())));
        }
        return name.startsWith(KEY)
                ? data.keys.get(tx, KmsData.key(arn.account(), arn.region(), name.substring(KEY.length())))
                : Optional.empty();
    }

    /** What the id stands for as an ARN, whether it is there or not. */
    static Arn arn(Caller caller, String id) {
        if (Arn.isArn(id)) {
            return Arn.parse(id);
        }
        return caller.arn("kms", id.startsWith(ALIAS) ? id : KEY + id);
    }

    static ApiError missing(Caller caller, String id) {
        var arn = arn(caller, id);
        if (!arn.region().equals(caller.region())) {
            return new NotFoundException("Invalid arn " + arn.region());
        }
        if (arn.resource().startsWith(AWS) && !AwsManagedKeys.has(arn.resource())) {
            return ApiError.notBuilt("A key of AWS's own (" + arn.resource() + ") in KMS");
        }
        if (arn.resource().startsWith(ALIAS)) {
            return new NotFoundException("Alias " + arn + " is not found.");
        }
        boolean isId = arn.resource().startsWith(KEY) && ID.matcher(arn.resource().substring(KEY.length())).matches();
        return new NotFoundException(isId || Arn.isArn(id) ? "Key '" + arn + "' does not exist"
                : "Invalid keyId '" + id + "'");
    }
}
