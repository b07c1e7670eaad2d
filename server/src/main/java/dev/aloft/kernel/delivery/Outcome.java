package dev.aloft.kernel.delivery;

import dev.aloft.api.ApiError;
import java.time.Duration;
import java.util.Set;

/** How one attempt went. */
public sealed interface Outcome {
    /** The target has taken responsibility. */
    record Delivered(byte[] detail) implements Outcome, Ending {
        /** @param detail what {@link Carrier#settled} needs to know of it, or null */
        public Delivered {
        }
    }

    /**
     * It did not work.
     *
     * @param detail what {@link Carrier#settled} needs to know of it, or null; kept until then
     * @param pause  the least until the next attempt, as the target wants it, or null
     */
    record Failed(Verdict verdict, int status, String code, String message, byte[] detail, Duration pause)
            implements Outcome {
        public Failed(Verdict verdict, int status, String code, String message, byte[] detail) {
            this(verdict, status, code, message, detail, null);
        }

        /** What services answer, judged by {@link Verdict#of}. */
        public static Failed of(ApiError error) {
            return new Failed(Verdict.of(error), error.status(), error.code(), error.getMessage(), null);
        }

        public Failed judged(Verdict other) {
            return new Failed(other, status, code, message, detail, pause);
        }

        public Failed with(byte[] knowledge) {
            return new Failed(verdict, status, code, message, knowledge, pause);
        }

        /** The same where the target wants to be left alone so long. */
        public Failed pausing(Duration atLeast) {
            return new Failed(verdict, status, code, message, detail, atLeast);
        }
    }

    /** What a failure means for the next attempt. */
    enum Verdict {
        /** Another try, as long as the policy has some left. */
        RETRY,
        /**
         * Another try that does not count, after a pause of the policy's own for this: a throttle, a fault of the
         * system.
         */
        BUSY,
        /** No try would do better: the target is gone, the permission missing, the request wrong. */
        FINAL;

        private static final Set<String> THROTTLES = Set.of("Throttling", "ThrottlingException", "ThrottledException",
            "RequestThrottled", "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
            "ProvisionedThroughputExceededException", "LimitExceededException", "OverLimit", "SlowDown",
            "KmsThrottled");

        /** A throttle is {@link #BUSY}, a server's fault {@link #RETRY}, the caller's own {@link #FINAL}. */
        public static Verdict of(ApiError error) {
            if (error.status() == 429 || THROTTLES.contains(error.code())) {
                return BUSY;
            }
            return error.status() >= 500 && error.status() != 501 ? RETRY : FINAL;
        }
    }

    static Outcome delivered() {
        return new Delivered(null);
    }

    /** Delivered, with something that {@link Carrier#settled} needs to know of it. */
    static Outcome delivered(byte[] detail) {
        return new Delivered(detail);
    }
}
