package dev.aloft.service.scheduler;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kms;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of KMS under which the inputs of schedules lie. Whoever makes or changes a schedule must be allowed to look
 * at the key and to use it, whoever reads a schedule and the role under which its target is called to decrypt. Calls
 * KMS, and so is not for transactions.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html">Encryption at rest</a>
 */
final class ScheduleKeys {
    /** For so long a plain data key is in memory. */
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final Kms kms;
    private final Envelopes envelopes;

    ScheduleKeys(Endpoint endpoint, Time time) {
        kms = Kms.at(endpoint);
        envelopes = new Envelopes("scheduler", endpoint, time, ScheduleKeys::refused);
    }

    private static ApiError refused(KeyRefusal refusal) {
        return new Scheduler.ValidationException("The KMS key cannot be used: " + refusal.words());
    }

    /** An input as it is kept under a key, or nothing without one. */
    byte[] sealed(Caller caller, String scheduleArn, String keyArn, String input) {
        if (keyArn == null) {
            return null;
        }
        requireSymmetric(caller, keyArn);
        var use = new KeyUse(caller.account(), keyArn, Map.of("aws:scheduler:schedule:arn", scheduleArn), REUSE);
        return envelopes.sealed(caller, use, Optional.ofNullable(input).orElse("").getBytes(StandardCharsets.UTF_8));
    }

    private void requireSymmetric(Caller caller, String keyArn) {
        Kms.KeyMetadata key;
        try {
            key = kms.describeKey(caller.through("scheduler"), Kms.DescribeKeyRequest.of(r -> r.keyId(keyArn)))
                    .keyMetadata();
        } catch (ApiError error) {
            throw refused(KeyRefusal.of(error, caller, false));
        }
        if (!Kms.KeySpec.SYMMETRIC_DEFAULT.equals(key.keySpec())) {
            throw new Scheduler.ValidationException("The KMS key " + keyArn + " is no symmetric encryption key.");
        }
    }

    /** What was sealed so; null for an input that was none. */
    String opened(Caller caller, byte[] sealed) {
        var input = new String(envelopes.opened(caller, sealed, REUSE), StandardCharsets.UTF_8);
        return input.isEmpty() ? null : input;
    }
}
