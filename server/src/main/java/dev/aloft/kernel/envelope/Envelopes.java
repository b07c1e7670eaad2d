package dev.aloft.kernel.envelope;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** The envelopes of one service. Calls KMS, and so is not for transactions. */
public final class Envelopes {
    private static final int MOST_KEPT = 10_000;

    private final String service;
    private final Kms kms;
    private final Time time;
    private final boolean verifies;
    private final Function<KeyRefusal, ApiError> told;
    private final Map<Sealing, DataKey> sealing = new ConcurrentHashMap<>();
    private final Map<Opening, DataKey> opening = new ConcurrentHashMap<>();

    private record Sealing(Requester requester, String keyId, Map<String, String> context) {}

    private record Opening(Requester requester, Bytes encrypted, Map<String, String> context) {}

    /**
     * @param service as {@code kms:ViaService} begins, such as {@code sqs}
     * @param told    the service's own error for what KMS refused
     */
    public Envelopes(String service, Endpoint endpoint, Time time, Function<KeyRefusal, ApiError> told) {
        this(service, true, endpoint, time, told);
    }

    /** @param verifies whether KMS has to decrypt a new data key before it is used, which who writes then needs too */
    public Envelopes(String service, boolean verifies, Endpoint endpoint, Time time,
            Function<KeyRefusal, ApiError> told) {
        this.service = service;
        this.verifies = verifies;
        this.kms = Kms.at(endpoint);
        this.time = time;
        this.told = told;
    }

    /** The content encrypted under a data key of this caller. */
    public byte[] sealed(Caller caller, KeyUse use, byte[] content) {
        return Envelope.of(dataKey(caller, use), use.context(), content).bytes();
    }

    /** The same in the format of AWS's Encryption SDK, for who is handed it as it is. */
    public byte[] message(Caller caller, KeyUse use, byte[] content) {
        var key = dataKey(caller, use);
        return SdkMessage.of(key, key.keyArn(), use.context(), content);
    }

    /** The content of such a message that was made by this class, for whoever may decrypt. */
    public byte[] ofMessage(Caller caller, byte[] message, Duration reuse) {
        var read = SdkMessage.read(message);
        return read.content(open(caller, read.key(), read.context(), reuse));
    }

    /** A content of at most 4 KB under the key itself; KMS's own ciphertext. */
    public Bytes encrypted(Caller caller, KeyUse use, byte[] content) {
        return asked(caller, false, () -> kms.encrypt(through(caller), Kms.EncryptRequest.of(
                r -> r.keyId(use.named(caller)).plaintext(Bytes.of(content)).encryptionContext(use.context()))))
                .ciphertextBlob();
    }

    /** What was encrypted so. */
    public byte[] decrypted(Caller caller, Bytes ciphertext, Map<String, String> context) {
        return decryption(caller, ciphertext, context).plaintext().array();
    }

    private Kms.DecryptResponse decryption(Caller caller, Bytes ciphertext, Map<String, String> context) {
        return asked(caller, true, () -> kms.decrypt(through(caller), Kms.DecryptRequest.of(
                r -> r.ciphertextBlob(ciphertext).encryptionContext(context))));
    }

    /** A data key for whoever keeps its encrypted form and opens it again. */
    public DataKey made(Caller caller, KeyUse use) {
        var request = Kms.GenerateDataKeyRequest.of(r -> r.keyId(use.named(caller)).keySpec(Kms.DataKeySpec.AES_256)
                .encryptionContext(use.context()));
        var made = asked(caller, false, () -> kms.generateDataKey(through(caller), request));
        return new DataKey(made.plaintext(), made.ciphertextBlob(), made.keyId(), time.instant());
    }

    /** A data key that was made so. */
    public DataKey opened(Caller caller, Bytes encrypted, Map<String, String> context, Duration reuse) {
        return open(caller, encrypted, context, reuse);
    }

    /** Sees to it that there is a data key, as sealing does. */
    public void require(Caller caller, KeyUse use) {
        dataKey(caller, use);
    }

    private DataKey dataKey(Caller caller, KeyUse use) {
        var wanted = new Sealing(Requester.of(caller), use.keyId(), use.context());
        var known = sealing.get(wanted);
        if (known != null && known.isGood(time.instant(), use.reuse())) {
            return known;
        }
        var made = made(caller, use);
        // AWS has a new data key decrypted before it is used, which is why those who only write need kms:Decrypt too.
        var key = verifies ? open(caller, made.encrypted(), use.context(), use.reuse()) : made;
        keep(sealing, wanted, key, use.reuse());
        return key;
    }

    /** Sees to it that the caller may open a data key that the service keeps itself, as opening an envelope does. */
    public void requireOpen(Caller caller, Bytes encrypted, Map<String, String> context, Duration reuse) {
        open(caller, encrypted, context, reuse);
    }

    /** Whether a content that is a text, or an envelope of one, is an envelope. */
    public static boolean isSealed(byte[] content) {
        return Envelope.isOne(content);
    }

    /** The content of an envelope that was made by this class, for whoever may decrypt. */
    public byte[] opened(Caller caller, byte[] envelope, Duration reuse) {
        var read = Envelope.read(envelope);
        return read.content(open(caller, read.key(), read.context(), reuse));
    }

    private DataKey open(Caller caller, Bytes encrypted, Map<String, String> context, Duration reuse) {
        var wanted = new Opening(Requester.of(caller), encrypted, context);
        var known = opening.get(wanted);
        if (known != null && known.isGood(time.instant(), reuse)) {
            return known;
        }
        var opened = decryption(caller, encrypted, context);
        var key = new DataKey(opened.plaintext(), encrypted, opened.keyId(), time.instant());
        keep(opening, wanted, key, reuse);
        return key;
    }

    /**
     * A service that calls with a name of its own is no principal of the account for whom the call is forwarded: AWS's
     * own keys, which are for those alone, are not for it.
     */
    private Caller through(Caller caller) {
        return caller.principal() instanceof Principal.Service ? caller : caller.through(service);
    }

    private <R> R asked(Caller caller, boolean decrypting, Supplier<R> call) {
        try {
            return call.get();
        } catch (ApiError error) {
            throw told.apply(KeyRefusal.of(error, caller, decrypting));
        }
    }

    private static <K> void keep(Map<K, DataKey> keys, K wanted, DataKey key, Duration reuse) {
        if (reuse.isZero()) {
            return;
        }
        if (keys.size() >= MOST_KEPT) {
            keys.clear();
        }
        keys.put(wanted, key);
    }
}
