package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * PutLogEvents: what may come together, what of it is too old or too new, and the pieces it becomes.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html">AWS: the
 * rules</a>
 */
final class PutEvents {
    private static final int MAX_BYTES = 1 << 20;
    /** What AWS counts for each event besides its message. */
    private static final int EVENT_BYTES = 26;
    private static final Duration SPAN = Duration.ofHours(24);
    private static final Duration OLDEST = Duration.ofDays(14);
    private static final Duration NEWEST = Duration.ofHours(2);

    private final LogsData data;
    private final Groups groups;
    private final GroupKeys keys;
    private final Streams streams;
    private final EmbeddedMetrics metrics;
    private final MetricFilters metricFilters;
    private final SubscriptionFilters subscriptions;
    private final Store store;
    private final Time time;

    /**
     * What the group's filters say of what is written: read before the transaction, so that it costs the committer
     * nothing.
     */
    private record Filtered(
            Group group, List<MetricFilter> metricFilters, List<SubscriptionFilter> subscriptionFilters) {
    }

    PutEvents(LogsData data, Groups groups, GroupKeys keys, Streams streams, EmbeddedMetrics metrics,
            MetricFilters metricFilters, SubscriptionFilters subscriptions, Store store, Time time) {
        this.metrics = metrics;
        this.metricFilters = metricFilters;
        this.subscriptions = subscriptions;
        this.data = data;
        this.groups = groups;
        this.keys = keys;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    Logs.PutLogEventsResponse put(Caller caller, Logs.PutLogEventsRequest input) {
        var events = input.logEvents();
        long bytes = checked(events);
        var now = time.instant();
        var filtered = store.read(tx -> filtered(tx, groups.find(tx, caller, input.logGroupName())));
        var group = filtered.group;
        long expired = group.oldestKept(now);
        long oldest = now.minus(OLDEST).toEpochMilli();
        long newest = now.plus(NEWEST).toEpochMilli();
        // In order, so that what is refused is at the two ends.
        int expiredEnd = countBefore(events, expired);
        int oldEnd = countBefore(events, oldest);
        int newStart = countBefore(events, newest + 1);
        int from = Math.max(expiredEnd, oldEnd);
        var taken = from < newStart ? events.subList(from, newStart) : List.<Logs.InputLogEvent>of();
        var pieces = pieces(taken, now.toEpochMilli());
        var sealed = keys.sealed(caller, group, pieces);
        var found = MetricFilters.find(filtered.metricFilters, taken);
        var wanted = SubscriptionFilters.wanted(filtered.subscriptionFilters, pieces);
        var stream = store.write(tx -> {
            var owner = groups.find(tx, caller, input.logGroupName());
            var before = streams.find(tx, owner, input.logStreamName());
            if (pieces.isEmpty()) {
                return before;
            }
            metricFilters.note(tx, caller, owner, found);
            subscriptions.promise(tx, caller, owner, before, wanted, pieces);
            count(tx, caller, owner, bytes, pieces.getFirst().last());
            return append(tx, owner, before, sealed);
        });
        metrics.extract(caller, group.name(), taken);
        metricFilters.publish(caller, group.name(), found);
        var rejected = Logs.RejectedLogEventsInfo.of(r -> r.expiredLogEventEndIndex(expiredEnd > 0 ? expiredEnd : null)
            .tooOldLogEventEndIndex(oldEnd > 0 ? oldEnd : null)
            .tooNewLogEventStartIndex(newStart < events.size() ? newStart : null));
        return Logs.PutLogEventsResponse.of(r -> r.nextSequenceToken(Streams.sequenceToken(stream))
            .rejectedLogEventsInfo(from > 0 || newStart < events.size() ? rejected : null));
    }

    private Filtered filtered(ReadTx tx, Group group) {
        return new Filtered(group, metricFilters.of(tx, group.id()), subscriptions.of(tx, group.id()));
    }

    private LogStream append(Tx tx, Group owner, LogStream before, List<Piece> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            data.putPiece(tx, owner.id(), before.id(), before.pieces() + i, pieces.get(i));
        }
        var appended = before.appended(pieces.getFirst().first(), pieces.getLast().last(), pieces.getFirst().ingested(),
            pieces.size());
        data.streams.put(tx, Key.of(owner.id(), before.name()), appended);
        return appended;
    }

    /** @param last the moment of the last event of the first piece */
    private void count(Tx tx, Caller caller, Group owner, long bytes, long last) {
        var counted = Key.of(owner.id());
        data.storedBytes.put(tx, counted, data.storedBytes.get(tx, counted).orElse(0L) + bytes);
        if (owner.expires() && data.expiring.get(tx, counted).isEmpty()) {
            data.expiring.add(tx, Groups.expiry(owner, last), counted, LogsData.group(caller, owner.name()));
        }
    }

    private static long checked(List<Logs.InputLogEvent> events) {
        long bytes = 0;
        long before = Long.MIN_VALUE;
        for (var event : events) {
            if (event.timestamp() < before) {
                throw new Logs.InvalidParameterException(
                    "Log events in a single PutLogEvents request must be in chronological order.");
            }
            before = event.timestamp();
            long size = utf8Length(event.message()) + EVENT_BYTES;
            if (size > MAX_BYTES) {
                throw new Logs.InvalidParameterException("Log event too large: " + size + " bytes exceeds limit of "
                    + MAX_BYTES);
            }
            bytes += size;
        }
        if (bytes > MAX_BYTES) {
            throw new Logs.InvalidParameterException("Upload too large: " + bytes + " bytes exceeds limit of "
                + MAX_BYTES);
        }
        if (events.getLast().timestamp() - events.getFirst().timestamp() > SPAN.toMillis()) {
            throw new Logs.InvalidParameterException(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
        }
        return bytes;
    }

    private static long utf8Length(String text) {
        return text.chars().allMatch(c -> c < 0x80) ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static int countBefore(List<Logs.InputLogEvent> events, long moment) {
        int count = 0;
        while (count < events.size() && events.get(count).timestamp() < moment) {
            count++;
        }
        return count;
    }

    private static List<Piece> pieces(List<Logs.InputLogEvent> events, long ingested) {
        var pieces = new ArrayList<Piece>();
        for (int from = 0, to = 0; from < events.size(); from = to) {
            long end = events.get(from).timestamp() + Piece.SPAN_MILLIS;
            while (to < events.size() && events.get(to).timestamp() < end) {
                to++;
            }
            var some = events.subList(from, to);
            pieces.add(new Piece(ingested, some.stream().map(Logs.InputLogEvent::timestamp).toList(),
                some.stream().map(Logs.InputLogEvent::message).toList()));
        }
        return pieces;
    }
}
