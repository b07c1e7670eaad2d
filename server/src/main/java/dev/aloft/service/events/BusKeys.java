package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptBus;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The keys of KMS that event buses and archives have. EventBridge uses them itself, as {@code events.amazonaws.com},
 * which the key's policy must allow; who puts events needs no permission of KMS. Custom events lie on disk under the
 * key of their bus, while they wait for targets, and under that of the archives that keep them. Events of AWS's
 * services lie there as they are. Calls KMS, and so is not for transactions.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html">Encrypting
 *     event buses</a>
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/encryption-archives.html">Encrypting
 *     archives</a>
 */
final class BusKeys {
    private static final String SERVICE = "events.amazonaws.com";
    /** For so long a plain data key is in memory. */
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final EventsData data;
    private final Store store;
    private final Time time;
    private final Kms kms;
    private final Envelopes envelopes;

    BusKeys(EventsData data, Store store, Endpoint endpoint, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
        kms = Kms.at(endpoint);
        envelopes = new Envelopes("events", endpoint, time, BusKeys::refused);
    }

    private static ApiError refused(KeyRefusal refusal) {
        return ApiError.of(refusal.code(), 400, refusal.words());
    }

    private static Caller itself(BusName bus) {
        return new Caller(bus.account(), bus.region(), new Principal.Service(SERVICE, bus.arn()),
                UUID.randomUUID().toString(), null, 0, null, null, null);
    }

    private static KeyUse use(BusName bus, String keyId) {
        return new KeyUse(bus.account(), keyId, Map.of("aws:events:event-bus:arn", bus.arn()), REUSE);
    }

    /**
     * The key that a request gives, null for the one that AWS owns; refused where it is no key for this. Whoever
     * chooses it may see it, or EventBridge may: keys that CDK makes let EventBridge see them only with a context,
     * which looking at a key has not.
     */
    String checked(Caller caller, BusName bus, String given) {
        if (given == null || given.isEmpty()) {
            return null;
        }
        var key = seen(caller.through("events"), bus, given).or(() -> seen(itself(bus), bus, given)).orElseThrow(
                () -> Refusals.invalid("KMS key " + given + " does not exist or may not be used by EventBridge."));
        if (!Kms.KeySpec.SYMMETRIC_DEFAULT.equals(key.keySpec())) {
            throw Refusals.invalid("KMS key " + given + " must be a symmetric encryption key.");
        }
        return given;
    }

    private Optional<Kms.KeyMetadata> seen(Caller by, BusName bus, String keyId) {
        try {
            return Optional.of(kms.describeKey(by, Kms.DescribeKeyRequest.of(
                    r -> r.keyId(KeyUse.named(by, bus.account(), keyId)))).keyMetadata());
        } catch (ApiError refused) {
            // Throws what is no refusal.
            KeyRefusal.of(refused, by, false);
            return Optional.empty();
        }
    }

    /** An event is a JSON object, a message of the Encryption SDK begins with its version. */
    private static boolean isSealed(byte[] kept) {
        return kept[0] != '{';
    }

    /** An event as it is kept under a key, so that who gets it in a dead letter opens it with AWS's Encryption SDK. */
    byte[] sealed(BusName bus, String keyId, byte[] json) {
        return envelopes.message(itself(bus), use(bus, keyId), json);
    }

    /** An event that was kept so, or as it is. */
    byte[] opened(BusName bus, byte[] kept) {
        return isSealed(kept) ? envelopes.ofMessage(itself(bus), kept, REUSE) : kept;
    }

    /** A dead letter with its event, where that can be opened, else with what its key seals. */
    Dispatch opened(Dispatch letter) {
        byte[] kept = letter.event().body();
        if (!isSealed(kept)) {
            return letter;
        }
        var rule = Rules.key(Arn.parse(letter.sourceArn()));
        var bus = BusName.of(rule);
        try {
            return letter.carrying(letter.event().withBody(opened(bus, kept)));
        } catch (ApiError _) {
            return letter.carrying(letter.event().withBody(closed(bus, letter.sourceArn(), kept)));
        }
    }

    /** What a queue gets in the place of an event whose key cannot be used. */
    private byte[] closed(BusName bus, String ruleArn, byte[] kept) {
        var key = store.<Optional<KeptBus>>read(tx -> data.buses.get(tx, bus.key())).map(KeptBus::kmsKey);
        var detail = new LinkedHashMap<String, Object>();
        detail.put("event-bus-arn", bus.arn());
        detail.put("rule-arn", ruleArn);
        key.ifPresent(id -> detail.put("kms-key-arn", KeyUse.named(itself(bus), bus.account(), id)));
        detail.put("encrypted-payload", Base64.getEncoder().encodeToString(kept));
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "0");
        event.put("id", UUID.randomUUID().toString());
        event.put("account", bus.account());
        event.put("time", BusEvent.time(time.instant()));
        event.put("resources", List.of());
        event.put("region", bus.region());
        event.put("source", "aws.events");
        event.put("detail-type", "Encrypted Events");
        event.put("detail", detail);
        return JsonWriter.bytes(event);
    }
}
