package dev.aloft.kernel.delivery;

import dev.aloft.kernel.time.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a delivery is tried again: a table of phases that follow each other, and an age at which it is given up.
 *
 * @param phases     how many retries with which pauses; when all are used up, the delivery is given up
 * @param maximumAge since it was promised. One that was never tried is tried once whatever its age: nothing that was
 *                   accepted is lost because the platform was not running
 * @param busy       the pauses after failures that do not count; null where all count
 */
public record RetryPolicy(List<Phase> phases, Duration maximumAge, Backoff busy) {
    /** One retry is as good as endless: the age ends it. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /**
     * Rules and schedules: up to 185 times in 24 hours, ever more slowly, with jitter.
     *
     * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html">EventBridge</a>
     */
    public static final RetryPolicy EVENTBRIDGE = eventBridge(185, Duration.ofHours(24));

    /**
     * SNS to SQS and Lambda: 100,015 times in 23 days.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html">SNS</a>
     */
    public static final RetryPolicy SNS_TO_AWS = new RetryPolicy(List.of(
        Phase.at(3, Duration.ZERO),
        Phase.at(2, Duration.ofSeconds(1)),
        new Phase(10, Duration.ofSeconds(1), Duration.ofSeconds(20), Curve.EXPONENTIAL, false),
        Phase.at(100_000, Duration.ofSeconds(20))), Duration.ofDays(23), null);

    /** SNS to mail and phones: 50 times in six hours; the same page. */
    public static final RetryPolicy SNS_TO_PEOPLE = new RetryPolicy(List.of(
        Phase.at(2, Duration.ofSeconds(10)),
        new Phase(10, Duration.ofSeconds(10), Duration.ofSeconds(600), Curve.EXPONENTIAL, false),
        Phase.at(38, Duration.ofSeconds(600))), Duration.ofHours(6), null);

    /**
     * Dead letters, records for destinations, notifications: as AWS says no more of them than that they are retried.
     */
    public static final RetryPolicy DISPATCH = new RetryPolicy(
        List.of(new Phase(UNLIMITED, Duration.ofSeconds(1), Duration.ofMinutes(5), Curve.DOUBLING, true)),
        Duration.ofHours(6), null);

    /** Of a rule's target or a schedule with its own numbers. */
    public static RetryPolicy eventBridge(int maximumRetries, Duration maximumAge) {
        return new RetryPolicy(
            List.of(new Phase(maximumRetries, Duration.ofSeconds(1), Duration.ofMinutes(10), Curve.DOUBLING, true)),
            maximumAge, null);
    }

    /**
     * Some retries alike.
     *
     * @param curve how the pauses get from the shortest to the longest
     * @param jitter whether each pause is somewhere between half of it and all
     */
    public record Phase(int retries, Duration shortest, Duration longest, Curve curve, boolean jitter) {
        public static Phase at(int retries, Duration pause) {
            return new Phase(retries, pause, pause, Curve.LINEAR, false);
        }

        private Duration pause(int retry, RandomGenerator random) {
            double millis = Math.min(curve.millis(retry - 1, retries, shortest.toMillis(), longest.toMillis()),
                    longest.toMillis());
            return Duration.ofMillis(Math.round(jitter ? millis * (0.5 + random.nextDouble() / 2) : millis));
        }
    }

    /**
     * How pauses grow within a phase; all but DOUBLING are SNS's back-off functions and arrive at the longest with the
     * last retry.
     */
    public enum Curve {
        LINEAR {
            @Override
            double millis(int index, int count, double shortest, double longest) {
                return shortest + (longest - shortest) * share(index, count);
            }
        },
        ARITHMETIC {
            @Override
            double millis(int index, int count, double shortest, double longest) {
                return shortest + (longest - shortest) * share(index, count) * (index + 1) / Math.max(1, count);
            }
        },
        GEOMETRIC {
            @Override
            double millis(int index, int count, double shortest, double longest) {
                double first = Math.max(1, shortest);
                return first * Math.pow(longest / first, share(index, count));
            }
        },
        EXPONENTIAL {
            @Override
            double millis(int index, int count, double shortest, double longest) {
                double steps = Math.expm1(Math.max(1, count - 1) * Math.log(2));
                return count < 1_000 ? shortest + (longest - shortest) * Math.expm1(index * Math.log(2)) / steps
                        : longest;
            }
        },
        DOUBLING {
            @Override
            double millis(int index, int count, double shortest, double longest) {
                return shortest * Math.pow(2, Math.min(index, 60));
            }
        };

        abstract double millis(int index, int count, double shortest, double longest);

        private static double share(int index, int count) {
            return count <= 1 ? 1 : (double) index / (count - 1);
        }
    }

    /** The pause before this retry, counted from 1; nothing when all are used up. */
    Optional<Duration> pause(int retry, RandomGenerator random) {
        int left = retry;
        for (var phase : phases) {
            if (left <= phase.retries) {
                return Optional.of(phase.pause(left, random));
            }
            left -= phase.retries;
        }
        return Optional.empty();
    }
}
