package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.Commitment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What holds for all streams of an account in a region: whether it has committed itself to a least throughput on
 * demand.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateAccountSettings.html">
 *     UpdateAccountSettings</a>
 */
final class AccountSettings {
    private static final String ENABLED = "ENABLED";
    private static final String DISABLED = "DISABLED";
    private static final Duration SHORTEST = Duration.ofHours(24);

    private final KinesisData data;
    private final Store store;
    private final Time time;

    AccountSettings(KinesisData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    /** Nothing happens when a commitment ends, so its end is told from when it began and was asked to end. */
    private static Optional<Instant> end(Commitment commitment) {
        var earliest = commitment.started().plus(SHORTEST);
        return Optional.ofNullable(commitment.endAsked()).map(asked -> asked.isAfter(earliest) ? asked : earliest);
    }

    private static boolean runs(Commitment commitment, Instant now) {
        return end(commitment).filter(end -> !end.isAfter(now)).isEmpty();
    }

    boolean isCommitted(ReadTx tx, Caller caller) {
        var now = time.instant();
        return data.commitments.get(tx, KinesisData.all(caller)).filter(it -> runs(it, now)).isPresent();
    }

    Kinesis.DescribeAccountSettingsResponse describe(Caller caller) {
        var now = time.instant();
        Optional<Commitment> kept = store.read(tx -> data.commitments.get(tx, KinesisData.all(caller)));
        return Kinesis.DescribeAccountSettingsResponse.of(r -> r.minimumThroughputBillingCommitment(told(kept, now)));
    }

    private static Kinesis.MinimumThroughputBillingCommitmentOutput told(Optional<Commitment> kept, Instant now) {
        return Kinesis.MinimumThroughputBillingCommitmentOutput.of(c -> {
            c.status(kept.map(it -> status(it, now)).orElse(DISABLED));
            kept.ifPresent(it -> c.startedAt(it.started()).endedAt(runs(it, now) ? null : end(it).orElseThrow())
                    .earliestAllowedEndAt(it.started().plus(SHORTEST)));
        });
    }

    private static String status(Commitment commitment, Instant now) {
        if (!runs(commitment, now)) {
            return DISABLED;
        }
        return commitment.endAsked() == null ? ENABLED : "ENABLED_UNTIL_EARLIEST_ALLOWED_END";
    }

    Kinesis.UpdateAccountSettingsResponse update(Caller caller, Kinesis.UpdateAccountSettingsRequest input) {
        boolean on = ENABLED.equals(input.minimumThroughputBillingCommitment().status());
        var now = time.instant();
        Optional<Commitment> changed = store.write(tx -> {
            var after = changed(data.commitments.get(tx, KinesisData.all(caller)), on, now);
            after.ifPresent(it -> data.commitments.put(tx, KinesisData.all(caller), it));
            return after;
        });
        return Kinesis.UpdateAccountSettingsResponse.of(r -> r.minimumThroughputBillingCommitment(told(changed, now)));
    }

    /** One that still runs goes on as it was when it is wanted again; one that is asked to end does so once. */
    private static Optional<Commitment> changed(Optional<Commitment> before, boolean on, Instant now) {
        var running = before.filter(it -> runs(it, now));
        if (on) {
            return Optional.of(new Commitment(running.map(Commitment::started).orElse(now), null));
        }
        return running.isPresent() && running.get().endAsked() == null
                ? Optional.of(new Commitment(running.get().started(), now)) : before;
    }
}
