package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.QueueAttributes.Counts;
import dev.aloft.service.sqs.SqsData.Tenant;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which groups of a standard queue are noisy: those that have more than a tenth of all that is in flight and at least
 * 30 messages of it, or had more than a tenth of the consumers' time of late. One that has no more messages waiting, or
 * was sent none for five minutes, is quiet.
 *
 * <p>What AWS means by of late it does not say: here it is this minute and the four before it. A tenth of next to
 * nothing holds nobody up, so shares of time count from 30 seconds on.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html">
 *     How Amazon SQS fair queues work</a>
 */
final class Noise {
    private static final int SHARES = 10;
    private static final int LEAST_IN_FLIGHT = 30;
    private static final long LEAST_MILLIS = 30_000;
    private static final int MINUTES = 5;
    private static final long MINUTE_MILLIS = 60_000;
    private static final long QUIET_MILLIS = Duration.ofMinutes(5).toMillis();
    /** So many entries of times past are removed at once, and so many groups looked at for the oldest message. */
    private static final int SOME = 1000;

    private final SqsData data;

    Noise(SqsData data) {
        this.data = data;
    }

    /**
     * What there is in a standard queue besides its noisy groups.
     *
     * @param noisyGroups how many there are
     * @param oldest      when the oldest message of a quiet group was sent, as far as one is at the head of its group
     */
    record Quiet(int noisyGroups, Counts counts, Optional<Long> oldest) {}

    void sent(Tx tx, long line, Standing standing) {
        var key = Key.of(line, standing.group());
        long before = data.tenants.get(tx, key).map(Tenant::messages).orElse(0L);
        data.tenants.put(tx, key, new Tenant(before + 1, standing.place().enqueued()));
    }

    void removed(Tx tx, long line, Standing standing) {
        var key = Key.of(line, standing.group());
        data.tenants.get(tx, key).ifPresent(tenant -> {
            if (tenant.messages() > 1) {
                data.tenants.put(tx, key, new Tenant(tenant.messages() - 1, tenant.sent()));
            } else {
                data.tenants.erase(tx, key);
            }
        });
    }

    /** That a consumer has had a message, until it was deleted or became visible again. */
    void worked(Tx tx, long line, Standing standing, long now) {
        long millis = Math.min(now, standing.at()) - standing.place().last();
        if (standing.place().receives() == 0 || millis <= 0) {
            return;
        }
        long minute = now / MINUTE_MILLIS;
        var all = Key.of(line, minute);
        if (!data.worked.has(tx, all)) {
            forget(tx, line, minute - MINUTES);
        }
        SqsData.add(tx, data.worked, all, millis);
        if (!standing.group().isEmpty()) {
            SqsData.add(tx, data.worked, all.and(standing.group()), millis);
        }
    }

    private void forget(Tx tx, long line, long minute) {
        var past = Range.of(Key.of(line)).to(Key.of(line, minute + 1)).limit(SOME);
        data.worked.range(tx, past).toList().forEach(row -> data.worked.erase(tx, row.key()));
    }

    Look look(ReadTx tx, long line, long now) {
        return new Look(tx, line, now);
    }

    /** Without the noisy groups, of all there is. */
    Quiet quiet(ReadTx tx, long line, Counts all, long now) {
        var look = look(tx, line, now);
        var noisy = new HashSet<String>();
        long visible = all.visible();
        long inFlight = all.inFlight();
        long delayed = all.delayed();
        for (var group : candidates(tx, line, now)) {
            if (look.isNoisy(group)) {
                noisy.add(group);
                long flying = look.inFlight(group);
                long later = SqsData.after(tx, data.waitingOf, Key.of(line, group, false), now / 1000);
                inFlight -= flying;
                delayed -= later;
                visible -= look.messages(group) - flying - later;
            }
        }
        var oldest = data.heads.range(tx, Range.of(Key.of(line)).limit(SOME))
            .filter(head -> !noisy.contains(head.value()))
            .flatMap(head -> data.grouped.get(tx, head.key()).stream()).map(SqsData.Place::enqueued).min(Long::compare);
        return new Quiet(noisy.size(),
            new Counts(Math.max(0, visible), Math.max(0, inFlight), Math.max(0, delayed)), oldest);
    }

    /** Groups that have messages in flight or had the consumers' time of late. */
    private Set<String> candidates(ReadTx tx, long line, long now) {
        var groups = new HashSet<String>();
        data.waitingOf.range(tx, Key.of(line)).filter(row -> row.key().flag(2) && row.key().number(3) > now / 1000)
            .forEach(row -> groups.add(row.key().text(1)));
        data.worked.range(tx, Range.of(Key.of(line)).from(Key.of(line, now / MINUTE_MILLIS - MINUTES + 1)))
            .filter(row -> row.key().size() > 2).forEach(row -> groups.add(row.key().text(2)));
        return groups;
    }

    /** The groups of a line at one moment, each judged once. */
    final class Look {
        private final ReadTx tx;
        private final long line;
        private final long now;
        private final Map<String, Long> inFlight = new HashMap<>();
        private final Map<String, Boolean> judged = new HashMap<>();
        private long allInFlight = -1;
        private long allMillis = -1;

        private Look(ReadTx tx, long line, long now) {
            this.tx = tx;
            this.line = line;
            this.now = now;
        }

        long inFlight(String group) {
            return inFlight.computeIfAbsent(group,
                _ -> SqsData.after(tx, data.waitingOf, Key.of(line, group, true), now / 1000));
        }

        long messages(String group) {
            return data.tenants.get(tx, Key.of(line, group)).map(Tenant::messages).orElse(0L);
        }

        boolean isNoisy(String group) {
            return judged.computeIfAbsent(group, _ -> (isCrowding(group) || isSlow(group)) && isWaiting(group));
        }

        private boolean isCrowding(String group) {
            return inFlight(group) >= LEAST_IN_FLIGHT && inFlight(group) * SHARES > allInFlight();
        }

        private boolean isSlow(String group) {
            return allMillis() >= LEAST_MILLIS && millis(group) * SHARES > allMillis();
        }

        private boolean isWaiting(String group) {
            return data.tenants.get(tx, Key.of(line, group))
                .filter(tenant -> tenant.messages() > inFlight(group) && tenant.sent() > now - QUIET_MILLIS)
                .isPresent();
        }

        private long allInFlight() {
            if (allInFlight < 0) {
                allInFlight = SqsData.after(tx, data.waiting, Key.of(line, true), now / 1000);
            }
            return allInFlight;
        }

        private long allMillis() {
            if (allMillis < 0) {
                allMillis = millis(null);
            }
            return allMillis;
        }

        private long millis(String group) {
            long millis = 0;
            for (long minute = now / MINUTE_MILLIS, last = minute - MINUTES; minute > last; minute--) {
                var key = group == null ? Key.of(line, minute) : Key.of(line, minute, group);
                millis += data.worked.get(tx, key).orElse(0L);
            }
            return millis;
        }
    }
}
