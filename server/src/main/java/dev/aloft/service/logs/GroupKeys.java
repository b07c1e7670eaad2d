package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.kernel.envelope.DataKey;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of KMS that log groups have. CloudWatch Logs uses them itself, as {@code logs.{region}.amazonaws.com}, which
 * the key's policy must allow; who reads or writes events needs no permission of KMS.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html">
 *     Encrypt log data in CloudWatch Logs using AWS KMS</a>
 */
final class GroupKeys {
    private static final String SERVICE = "logs.amazonaws.com";
    /** For so long a plain data key is in memory. */
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final LogsData data;
    private final Envelopes envelopes;
    private final Store store;

    /**
     * A data key of a group.
     *
     * @param keyId     of the key of KMS, as it was given
     * @param encrypted under that
     */
    record GroupKey(String keyId, Bytes encrypted) {
    }

    GroupKeys(LogsData data, Endpoint endpoint, Store store, Time time) {
        this.data = data;
        this.store = store;
        envelopes = new Envelopes("logs", endpoint, time, GroupKeys::refused);
    }

    private static ApiError refused(KeyRefusal refusal) {
        return ApiError.of(refusal.code(), 400, refusal.words());
    }

    private static Caller itself(Caller caller, String group) {
        return caller.asService(SERVICE, arn(caller, group));
    }

    private static String arn(Caller caller, String group) {
        return Groups.arn(caller, group).toString();
    }

    private static Map<String, String> context(Caller caller, String group) {
        return Map.of("aws:logs:arn", arn(caller, group));
    }

    /** A data key for a group under a key of KMS, or none without. */
    Optional<GroupKey> made(Caller caller, String group, String keyId) {
        if (keyId == null) {
            return Optional.empty();
        }
        try {
            var made = envelopes.made(itself(caller, group),
                new KeyUse(caller.account(), keyId, context(caller, group), REUSE));
            return Optional.of(new GroupKey(keyId, made.encrypted()));
        } catch (ApiError _) {
            throw unusable(caller, group);
        }
    }

    private static ApiError unusable(Caller caller, String group) {
        return ApiError.of("AccessDeniedException", 400,
            "The specified KMS key does not exist or is not allowed to be used with Arn '" + arn(caller, group) + "'");
    }

    /** What is written to a group, as it is kept. */
    List<Piece> sealed(Caller caller, Group group, List<Piece> pieces) {
        if (group.key() == 0 || pieces.isEmpty()) {
            return pieces;
        }
        var key = store.read(tx -> data.groupKeys.get(tx, Key.of(group.id(), group.key()))).orElseThrow();
        var opened = opened(caller, group.name(), key).orElseThrow(() -> unusable(caller, group.name()));
        return pieces.stream().map(piece -> piece.sealed(group.key(), opened)).toList();
    }

    private Optional<DataKey> opened(Caller caller, String group, GroupKey key) {
        try {
            return Optional.of(
                envelopes.opened(itself(caller, group), key.encrypted(), context(caller, group), REUSE));
        } catch (ApiError _) {
            return Optional.empty();
        }
    }

    /** All keys that a group ever had, as far as they are of use now. */
    Reading reading(Caller caller, String name) {
        var keys = store.<List<Row<GroupKey>>>read(tx -> data.groups.get(tx, LogsData.group(caller, name))
            .map(group -> data.groupKeys.range(tx, Key.of(group.id())).toList()).orElse(List.of()));
        var opened = new HashMap<Long, DataKey>();
        keys.forEach(row -> opened(caller, name, row.value()).ifPresent(key -> opened.put(row.key().number(1), key)));
        return new Reading(caller, name, opened);
    }

    /** Opens the pieces of one group. */
    record Reading(Caller caller, String group, Map<Long, DataKey> keys) {
        Row<Piece> opened(Row<Piece> row) {
            var piece = row.value();
            if (piece.sealed() == null) {
                return row;
            }
            var key = keys.get(piece.key());
            if (key == null) {
                throw unusable(caller, group);
            }
            return new Row<>(row.key(), piece.opened(key));
        }
    }
}
