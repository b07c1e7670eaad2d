package dev.aloft.service.s3;

import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Forgets completed uploads, deletes blobs that nothing names any more, and after a start those that nothing ever
 * named: left by a crash between an upload's end and its commit. Such a blob is deleted when it was nobody's twice, a
 * while apart.
 */
final class Sweeper {
    private static final int CHUNK = 100;
    private static final Duration SECOND_LOOK = Duration.ofMinutes(10);

    private final S3Data data;
    private final Contents contents;
    private final Blobs blobs;
    private final Store store;
    private final Time time;
    private Set<String> strays;
    private Instant secondLook;
    private boolean swept;

    Sweeper(S3Data data, Contents contents, Blobs blobs, Store store, Time time) {
        this.data = data;
        this.contents = contents;
        this.blobs = blobs;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var due = due(now); !due.isEmpty(); due = due(now)) {
            var wanted = due.stream().filter(blob -> contents.isWanted(blob.text(0))).toList();
            var done = due.stream().filter(blob -> !wanted.contains(blob)).toList();
            done.forEach(blob -> blobs.delete(blob.text(0)));
            store.change(tx -> {
                done.forEach(blob -> data.doomed.cancel(tx, blob));
                wanted.forEach(blob -> data.doomed.reschedule(tx, blob, now.plus(Contents.GRACE)));
            });
        }
        store.change(tx -> data.completed.due(tx, now, CHUNK).forEach(entry -> data.completed.cancel(tx, entry.id())));
        sweepStrays(now);
        var next = store.read(tx -> Stream.of(data.doomed.next(tx), data.completed.next(tx)).flatMap(Optional::stream)
            .min(Instant::compareTo));
        return swept ? next : Optional.of(next.filter(secondLook::isAfter).orElse(secondLook));
    }

    private List<Key> due(Instant now) {
        return store.read(tx -> data.doomed.due(tx, now, CHUNK).stream().map(entry -> entry.id()).toList());
    }

    private void sweepStrays(Instant now) {
        if (swept || secondLook != null && now.isBefore(secondLook)) {
            return;
        }
        if (secondLook == null) {
            secondLook = now.plus(SECOND_LOOK);
            strays = new HashSet<>();
            try (var all = blobs.ids()) {
                all.filter(this::isStray).forEach(strays::add);
            }
            return;
        }
        strays.stream().filter(this::isStray).forEach(blobs::delete);
        strays = null;
        swept = true;
    }

    private boolean isStray(String blob) {
        return !contents.isArriving(blob)
            && store.read(tx -> !data.blobs.has(tx, Key.of(blob)) && data.doomed.get(tx, Key.of(blob)).isEmpty());
    }
}
