package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.logs.GroupKeys.Reading;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/** GetLogEvents and FilterLogEvents. */
final class ReadEvents {
    private static final int PAGE = 10_000;
    private static final int PAGE_BYTES = 1 << 20;
    private static final int EVENT_BYTES = 26;
    /** One FilterLogEvents looks at no more than this before it answers what it found, with a token to go on. */
    private static final long SCAN_BYTES = 64 << 20;

    private final LogsData data;
    private final Groups groups;
    private final GroupKeys groupKeys;
    private final Streams streams;
    private final Store store;
    private final Time time;

    ReadEvents(LogsData data, Groups groups, GroupKeys groupKeys, Streams streams, Store store, Time time) {
        this.data = data;
        this.groups = groups;
        this.groupKeys = groupKeys;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    /**
     * Tokens are {@code f/…/s} and {@code b/…/s} around an event's id: forward tokens go on after it, backward ones
     * before it. Where there is nothing more, the token given is the token answered.
     */
    Logs.GetLogEventsResponse get(Caller caller, Logs.GetLogEventsRequest input) {
        refuseUnmask(input.unmask());
        var name = Groups.named(caller, input.logGroupName(), input.logGroupIdentifier());
        long start = input.startTime() == null ? 0 : Math.max(0, input.startTime());
        long end = input.endTime() == null ? Long.MAX_VALUE : input.endTime();
        int limit = input.limit() == null ? PAGE : input.limit();
        var token = Optional.ofNullable(input.nextToken());
        var position = token.map(ReadEvents::position);
        boolean forward = token.map(text -> text.startsWith("f/")).orElse(Boolean.TRUE.equals(input.startFromHead()));
        var keys = groupKeys.reading(caller, name);
        return store.read(tx -> {
            var group = groups.find(tx, caller, name);
            var stream = streams.find(tx, group, input.logStreamName());
            long from = Math.max(start, group.oldestKept(time.instant()));
            var events = forward ? after(tx, stream, keys, position, from, end, limit)
                : before(tx, stream, keys, position, from, end, limit);
            // At an end, the way back begins with the event that the position names.
            var here = position.orElse(EventId.startOf(start));
            var first = !events.isEmpty() ? events.getFirst().id() : forward ? here.next() : here;
            var last = !events.isEmpty() ? events.getLast().id() : forward ? here : EventId.startOf(here.timestamp());
            return Logs.GetLogEventsResponse.of(r -> r
                .events(events.stream().map(event -> Logs.OutputLogEvent.of(e -> e.timestamp(event.id().timestamp())
                    .message(event.message()).ingestionTime(event.ingested()))).toList())
                .nextForwardToken("f/" + last.text() + "/s").nextBackwardToken("b/" + first.text() + "/s"));
        });
    }

    private static EventId position(String token) {
        boolean formed = token.length() > 4 && (token.startsWith("f/") || token.startsWith("b/"))
            && token.endsWith("/s");
        return Optional.of(token).filter(_ -> formed)
            .flatMap(text -> EventId.parse(text.substring(2, text.length() - 2))).orElseThrow(Tokens::invalid);
    }

    private List<Merge.Event> after(ReadTx tx, LogStream stream, Reading keys, Optional<EventId> position, long from,
            long end, int limit) {
        long first = Math.max(from, position.map(EventId::timestamp).orElse(0L));
        var events = new ArrayList<Merge.Event>();
        int bytes = 0;
        for (var found = new Merge(piecesOf(tx, stream, keys, first).iterator()); found.hasNext()
                && events.size() < limit; ) {
            var event = found.next();
            if (event.id().timestamp() >= end) {
                break;
            }
            if (event.id().timestamp() < from || position.filter(p -> event.id().compareTo(p) <= 0).isPresent()) {
                continue;
            }
            bytes += event.message().length() + EVENT_BYTES;
            if (bytes > PAGE_BYTES && !events.isEmpty()) {
                break;
            }
            events.add(event);
        }
        return events;
    }

    /** The last events before a position, in order. */
    private List<Merge.Event> before(ReadTx tx, LogStream stream, Reading keys, Optional<EventId> position, long from,
            long end, int limit) {
        long bound = Math.min(end, position.map(p -> p.timestamp() + 1).orElse(Long.MAX_VALUE));
        var owned = Key.of(stream.group(), stream.id());
        var range = Range.of(owned).from(owned.and(from - Piece.SPAN_MILLIS)).to(owned.and(bound)).reversed();
        var found = new PriorityQueue<Merge.Event>(Collections.reverseOrder((a, b) -> a.id().compareTo(b.id())));
        var events = new ArrayDeque<Merge.Event>();
        int bytes = 0;
        for (var pieces = rows(tx, stream, keys, range).iterator(); pieces.hasNext() || !found.isEmpty(); ) {
            // A piece that comes later in this direction began earlier and ended at most a span behind its beginning.
            long certain = Long.MIN_VALUE;
            if (pieces.hasNext()) {
                var row = pieces.next();
                for (int i = 0; i < row.value().size(); i++) {
                    var id = new EventId(row.value().timestamps().get(i), stream.id(), row.key().number(3), i);
                    if (id.timestamp() >= from && id.timestamp() < end
                            && position.filter(p -> id.compareTo(p) >= 0).isEmpty()) {
                        found.add(new Merge.Event(id, row.value().messages().get(i), row.value().ingested()));
                    }
                }
                certain = row.value().first() + Piece.SPAN_MILLIS;
            }
            while (!found.isEmpty() && found.peek().id().timestamp() >= certain) {
                bytes += found.peek().message().length() + EVENT_BYTES;
                if (events.size() == limit || bytes > PAGE_BYTES && !events.isEmpty()) {
                    return List.copyOf(events);
                }
                events.addFirst(found.poll());
            }
        }
        return List.copyOf(events);
    }

    private Stream<Row<Piece>> piecesOf(ReadTx tx, LogStream stream, Reading keys, long from) {
        var owned = Key.of(stream.group(), stream.id());
        return rows(tx, stream, keys, Range.of(owned).from(owned.and(from - Piece.SPAN_MILLIS)));
    }

    private Stream<Row<Piece>> rows(ReadTx tx, LogStream stream, Reading keys, Range range) {
        return tx.range(data.piecesOfStream.range(range)).map(entry -> {
            var key = LogsData.piece(stream.group(), entry.key().number(2), stream.id(), entry.key().number(3));
            return keys.opened(new Row<>(key, data.pieces.get(tx, key).orElseThrow()));
        });
    }

    Logs.FilterLogEventsResponse filter(Caller caller, Logs.FilterLogEventsRequest input) {
        refuseUnmask(input.unmask());
        var name = Groups.named(caller, input.logGroupName(), input.logGroupIdentifier());
        var names = input.logStreamNames() == null ? List.<String>of() : input.logStreamNames();
        if (!names.isEmpty() && input.logStreamNamePrefix() != null) {
            throw new Logs.InvalidParameterException("logStreamNames and logStreamNamePrefix are mutually "
                + "exclusive parameters.");
        }
        long start = input.startTime() == null ? 0 : Math.max(0, input.startTime());
        long end = input.endTime() == null ? Long.MAX_VALUE : input.endTime();
        if (start > end) {
            throw new Logs.InvalidParameterException("startTime must be less than or equal to endTime.");
        }
        int limit = input.limit() == null ? PAGE : input.limit();
        var pattern = FilterPattern.parse(input.filterPattern() == null ? "" : input.filterPattern());
        var position = Tokens.text(input.nextToken()).map(text -> EventId.parse(text).orElseThrow(Tokens::invalid));
        var keys = groupKeys.reading(caller, name);
        return store.read(tx -> {
            var group = groups.find(tx, caller, name);
            long oldest = Math.max(start, group.oldestKept(time.instant()));
            long from = Math.max(oldest, position.map(EventId::timestamp).orElse(0L));
            var wanted = new Wanted(tx, names.stream().map(each -> streams.find(tx, group, each)).toList(),
                Optional.ofNullable(input.logStreamNamePrefix()));
            var events = new ArrayList<Logs.FilteredLogEvent>();
            Optional<EventId> next = Optional.empty();
            var last = position;
            long bytes = 0;
            long scanned = 0;
            for (var found = new Merge(pieces(tx, group, wanted, keys, from)); found.hasNext(); ) {
                var event = found.next();
                var id = event.id();
                if (id.timestamp() > end) {
                    break;
                }
                if (id.timestamp() < oldest || position.filter(p -> id.compareTo(p) <= 0).isPresent()) {
                    continue;
                }
                var stream = wanted.name(id.stream());
                boolean matches = stream.isPresent() && pattern.matches(event.message());
                scanned += event.message().length() + EVENT_BYTES;
                if (events.size() == limit && matches || scanned > SCAN_BYTES
                        || matches && bytes + event.message().length() > PAGE_BYTES && !events.isEmpty()) {
                    next = last;
                    break;
                }
                last = Optional.of(id);
                if (matches) {
                    bytes += event.message().length() + EVENT_BYTES;
                    events.add(Logs.FilteredLogEvent.of(e -> e.logStreamName(stream.get()).timestamp(id.timestamp())
                        .message(event.message()).ingestionTime(event.ingested()).eventId(id.text())));
                }
            }
            var token = next.map(EventId::text).map(Tokens::of).orElse(null);
            return Logs.FilterLogEventsResponse.of(r -> r.events(events).searchedLogStreams(List.of())
                .nextToken(token));
        });
    }

    private Iterator<Row<Piece>> pieces(ReadTx tx, Group group, Wanted wanted, Reading keys, long from) {
        if (wanted.streams.size() == 1) {
            return piecesOf(tx, wanted.streams.getFirst(), keys, from).iterator();
        }
        var owned = Key.of(group.id());
        return data.pieces.range(tx, Range.of(owned).from(owned.and(from - Piece.SPAN_MILLIS))).map(keys::opened)
            .iterator();
    }

    /** Which streams are asked for. A stream that is deleted, whose pieces may still be there, is never. */
    private final class Wanted {
        private final ReadTx tx;
        private final List<LogStream> streams;
        private final Optional<String> prefix;
        private final Map<Long, Optional<String>> known = new HashMap<>();

        Wanted(ReadTx tx, List<LogStream> streams, Optional<String> prefix) {
            this.tx = tx;
            this.streams = streams;
            this.prefix = prefix;
        }

        Optional<String> name(long id) {
            return known.computeIfAbsent(id, _ -> data.streamsById.first(tx, Key.of(id)).map(Row::value)
                .filter(stream -> streams.isEmpty() || streams.contains(stream))
                .map(LogStream::name).filter(name -> prefix.isEmpty() || name.startsWith(prefix.get())));
        }
    }

    private static void refuseUnmask(Boolean unmask) {
        if (Boolean.TRUE.equals(unmask)) {
            throw ApiError.notBuilt("Unmasking of protected data (unmask)");
        }
    }
}
