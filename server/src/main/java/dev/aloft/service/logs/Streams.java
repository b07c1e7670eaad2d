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

/** Log streams: create, delete, describe. */
final class Streams {
    private static final int PAGE = 50;
    private static final String LAST_CHARACTER = Character.toString(Character.MAX_CODE_POINT);

    private final LogsData data;
    private final Groups groups;
    private final Store store;
    private final Time time;

    Streams(LogsData data, Groups groups, Store store, Time time) {
        this.data = data;
        this.groups = groups;
        this.store = store;
        this.time = time;
    }

    Logs.CreateLogStreamResponse create(Caller caller, Logs.CreateLogStreamRequest input) {
        var now = time.instant();
        store.change(tx -> {
            var group = groups.find(tx, caller, input.logGroupName());
            var key = Key.of(group.id(), input.logStreamName());
            if (data.streams.has(tx, key)) {
                throw new Logs.ResourceAlreadyExistsException("The specified log stream already exists");
            }
            data.streams.put(tx, key, LogStream.created(LogsData.nextId(tx), group.id(), input.logStreamName(), now));
        });
        return Logs.CreateLogStreamResponse.of(_ -> {});
    }

    Logs.DeleteLogStreamResponse delete(Caller caller, Logs.DeleteLogStreamRequest input) {
        var now = time.instant();
        store.change(tx -> {
            var stream = find(tx, groups.find(tx, caller, input.logGroupName()), input.logStreamName());
            data.streams.delete(tx, Key.of(stream.group(), stream.name()));
            data.clearing.add(tx, now, Key.of(stream.group(), stream.id()), Key.EMPTY);
        });
        return Logs.DeleteLogStreamResponse.of(_ -> {});
    }

    Logs.DescribeLogStreamsResponse describe(Caller caller, Logs.DescribeLogStreamsRequest input) {
        var name = Groups.named(caller, input.logGroupName(), input.logGroupIdentifier());
        var prefix = input.logStreamNamePrefix() == null ? "" : input.logStreamNamePrefix();
        boolean byTime = Logs.OrderBy.LAST_EVENT_TIME.equals(input.orderBy());
        if (byTime && !prefix.isEmpty()) {
            throw new Logs.InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");
        }
        int limit = input.limit() == null ? PAGE : input.limit();
        var after = Tokens.key(input.nextToken());
        return store.read(tx -> {
            var group = groups.find(tx, caller, name);
            var owned = Range.of(Key.of(group.id()));
            if (!prefix.isEmpty()) {
                // Up to the last character there is: behind all names with the prefix.
                owned = owned.from(Key.of(group.id(), prefix)).to(Key.of(group.id(), prefix + LAST_CHARACTER));
            }
            if (Boolean.TRUE.equals(input.descending())) {
                owned = owned.reversed();
            }
            if (after.isPresent()) {
                owned = owned.after(after.get());
            }
            var found = byTime ? data.streamsByLastEvent.range(tx, owned) : data.streams.range(tx, owned);
            var rows = found.limit(limit + 1L).map(Row::value).toList();
            boolean more = rows.size() > limit;
            var page = more ? rows.subList(0, limit) : rows;
            return Logs.DescribeLogStreamsResponse.of(r -> r
                .logStreams(page.stream().map(stream -> described(caller, group, stream)).toList())
                .nextToken(more ? Tokens.of(position(page.getLast(), byTime)) : null));
        });
    }

    private static Key position(LogStream stream, boolean byTime) {
        var key = Key.of(stream.group(), stream.name());
        return byTime ? Key.of(stream.group(), stream.lastEvent(), key) : key;
    }

    private static Logs.LogStream described(Caller caller, Group group, LogStream stream) {
        boolean empty = stream.lastEvent() < 0;
        return Logs.LogStream.of(s -> s.logStreamName(stream.name()).creationTime(stream.created().toEpochMilli())
            .firstEventTimestamp(empty ? null : stream.firstEvent()).lastEventTimestamp(empty ? null
            : stream.lastEvent()).lastIngestionTime(empty ? null : stream.lastIngestion())
            .uploadSequenceToken(empty ? null : sequenceToken(stream))
            .arn(Groups.arn(caller, group.name()) + ":log-stream:" + stream.name()).storedBytes(0L));
    }

    /** Still told to callers, and no longer asked of them. */
    static String sequenceToken(LogStream stream) {
        return new EventId(stream.lastIngestion(), stream.id(), stream.pieces(), 0).text();
    }

    LogStream find(ReadTx tx, Group group, String name) {
        return data.streams.get(tx, Key.of(group.id(), name)).orElseThrow(Streams::missing);
    }

    static ApiError missing() {
        return new Logs.ResourceNotFoundException("The specified log stream does not exist.");
    }
}
