package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kms;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The keys of KMS that delivery streams have. Whoever chooses one must be allowed to grant Firehose its use; with that
 * Firehose takes records, and delivers them. Records lie on disk as they are.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/encryption.html">Data protection in Firehose</a>
 */
final class StreamKeys {
    private static final String CUSTOMERS = "CUSTOMER_MANAGED_CMK";
    private static final String SERVICE = "firehose.amazonaws.com";
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final Kms kms;
    private final Envelopes envelopes;

    /**
     * @param type  as it is told
     * @param arn   of a customer's key, else null
     * @param grant the token of Firehose's grant, or null
     */
    record Chosen(String type, String arn, String grant) {
        static final Chosen NONE = new Chosen(null, null, null);
    }

    StreamKeys(Endpoint endpoint, Time time) {
        kms = Kms.at(endpoint);
        envelopes = new Envelopes("firehose", false, endpoint, time, StreamKeys::refused);
    }

    private static ApiError refused(KeyRefusal refusal) {
        return new Firehose.InvalidKMSResourceException(Firehose.InvalidKMSResourceException.Detail.of(
                d -> d.message(refusal.words()).code(refusal.code())));
    }

    private static Map<String, String> context(String streamArn) {
        return Map.of("aws:kinesisfirehose:arn", streamArn);
    }

    /** A key for a stream, with the grant that Firehose needs. */
    Chosen chosen(Caller caller, String streamArn, Firehose.DeliveryStreamEncryptionConfigurationInput given) {
        if (given == null || !CUSTOMERS.equals(given.keyType())) {
            if (given != null && given.keyARN() != null) {
                throw new Firehose.InvalidArgumentException("KeyARN must not be specified for the KeyType "
                        + given.keyType() + ".");
            }
            return new Chosen("AWS_OWNED_CMK", null, null);
        }
        if (given.keyARN() == null) {
            throw new Firehose.InvalidArgumentException("KeyARN must be specified for the KeyType " + CUSTOMERS + ".");
        }
        try {
            var grant = kms.createGrant(caller.through("firehose"), Kms.CreateGrantRequest.of(r -> r
                    .keyId(given.keyARN()).granteePrincipal(SERVICE).retiringPrincipal(SERVICE).name(streamArn)
                    .operations(List.of("GenerateDataKey", "Decrypt")).constraints(Kms.GrantConstraints.of(
                            c -> c.encryptionContextEquals(context(streamArn))))));
            return new Chosen(CUSTOMERS, given.keyARN(), grant.grantToken());
        } catch (ApiError error) {
            throw refused(KeyRefusal.of(error, caller, false));
        }
    }

    /** Demands that Firehose may use the stream's key, if it is a customer's. */
    void require(KeptStream stream) {
        if (stream.keyArn() != null) {
            envelopes.require(BatchCarrier.service(stream, UUID.randomUUID().toString()),
                    new KeyUse(stream.account(), stream.keyArn(), context(stream.arn()), REUSE));
        }
    }

    /** Gives a grant back that is no longer needed. */
    void retire(KeptStream stream) {
        if (stream.keyGrant() != null) {
            try {
                kms.retireGrant(BatchCarrier.service(stream, UUID.randomUUID().toString()),
                        Kms.RetireGrantRequest.of(r -> r.grantToken(stream.keyGrant())));
            } catch (ApiError _) {
                // It is gone, or its key.
            }
        }
    }
}
