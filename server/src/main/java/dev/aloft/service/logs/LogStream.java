package dev.aloft.service.logs;

import java.time.Instant;

/**
 * A log stream as it is kept. Moments of events are milliseconds since 1970; -1 where there was no event yet.
 *
 * @param id     its own for ever within all groups
 * @param pieces how many pieces it was given: the next one's number
 */
record LogStream(
        long id, long group, String name, Instant created, long firstEvent, long lastEvent, long lastIngestion,
        long pieces) {
    static LogStream created(long id, long group, String name, Instant now) {
        return new LogStream(id, group, name, now, -1, -1, -1, 0);
    }

    LogStream appended(long first, long last, long ingestion, int morePieces) {
        return new LogStream(id, group, name, created, firstEvent < 0 ? first : Math.min(firstEvent, first),
            Math.max(lastEvent, last), ingestion, pieces + morePieces);
    }
}
