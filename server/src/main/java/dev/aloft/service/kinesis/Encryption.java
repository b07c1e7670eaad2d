package dev.aloft.service.kinesis;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The data of records under a stream's key of KMS. A record keeps the key that it was put with.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html">Server-side encryption for Kinesis</a>
 */
final class Encryption {
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final Envelopes envelopes;
    private final Streams streams;
    private final Store store;

    Encryption(Envelopes envelopes, Streams streams, Store store) {
        this.envelopes = envelopes;
        this.streams = streams;
        this.store = store;
    }

    /** Whoever starts it must be allowed to encrypt. */
    void start(Caller caller, Kinesis.StartStreamEncryptionRequest input) {
        requireKms(input.encryptionType());
        var found = store.read(tx -> streams.existing(tx, caller, input.streamName(), input.streamARN()));
        envelopes.require(caller, use(found, input.keyId()));
        streams.change(caller, input.streamName(), input.streamARN(), stream -> stream.withKey(input.keyId()));
    }

    private static void requireKms(String type) {
        if (!type.equals("KMS")) {
            throw new Kinesis.InvalidArgumentException("The only supported encryption type is KMS.");
        }
    }

    void stop(Caller caller, Kinesis.StopStreamEncryptionRequest input) {
        requireKms(input.encryptionType());
        streams.change(caller, input.streamName(), input.streamARN(), stream -> {
            if (stream.keyId() == null) {
                throw new Kinesis.InvalidArgumentException("Cannot stop encrypting an unencrypted stream.");
            }
            return stream.withKey(null);
        });
    }

    private static KeyUse use(KeptStream stream, String keyId) {
        return new KeyUse(stream.account(), keyId, Map.of("aws:kinesis:arn", stream.arn()), REUSE);
    }

    Bytes sealed(Caller caller, KeptStream stream, Bytes data) {
        return Bytes.of(envelopes.sealed(caller, use(stream, stream.keyId()), data.array()));
    }

    /** The records of a batch as whoever may decrypt reads them. */
    List<Kinesis.Record> opened(Caller caller, KeptStream stream, Reading.Batch batch) {
        if (batch.sealed().isEmpty()) {
            return batch.records();
        }
        var opened = new ArrayList<>(batch.records());
        try {
            batch.sealed().forEach(i -> opened.set(i, opened(caller, opened.get(i))));
        } catch (Kinesis.KMSAccessDeniedException _) {
            throw new Kinesis.KMSAccessDeniedException("User " + caller.principal().id()
                    + " is not authorized to decrypt records in stream " + stream.account() + ":" + stream.name() + ":"
                    + stream.created().getEpochSecond());
        }
        return opened;
    }

    private Kinesis.Record opened(Caller caller, Kinesis.Record record) {
        var data = Bytes.of(envelopes.opened(caller, record.data().array(), REUSE));
        return record.toBuilder().data(data).build();
    }

    static ApiError ofKey(KeyRefusal refusal) {
        var message = refusal.words();
        return switch (refusal.reason()) {
            case ACCESS_DENIED -> new Kinesis.KMSAccessDeniedException(message);
            case DISABLED -> new Kinesis.KMSDisabledException(message);
            case NOT_FOUND -> new Kinesis.KMSNotFoundException(message);
            // AWS has no word of its own for a key that is for signatures.
            case INVALID_STATE, INVALID_KEY_USAGE -> new Kinesis.KMSInvalidStateException(message);
        };
    }
}
