package dev.aloft.service.lambda.invoke;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Environments of versions with SnapStart that have had their init and wait, frozen, to be restored: one a version, and
 * for a while as many more as were missed. It takes the place of a snapshot: what an init made is there, only that each
 * environment made its own.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html">SnapStart</a>
 */
final class Prepared {
    /** How many of a version wait at the most, on a machine with room for {@link #ROOM} more. */
    static final int MOST = 4;
    static final int ROOM = 16;

    /** By the version's ARN, the one that was used longest ago first. */
    private final Map<String, Kept> versions = new LinkedHashMap<>();
    private boolean closed;

    /** What there is of a version. */
    private static final class Kept {
        final Deque<Environment> waiting = new ArrayDeque<>();
        /** Cold starts that are under way. */
        int starting;
        /** Cold starts that found nothing, since all that was wanted waited. */
        int missed;
        int wanted = 1;
        boolean making;
        Instant used = Instant.MIN;
    }

    private Kept used(String version, Instant now) {
        Kept kept = versions.remove(version);
        if (kept == null) {
            kept = new Kept();
        }
        kept.used = now;
        versions.put(version, kept);
        return kept;
    }

    /** A cold start begins, until {@link #started}: with an environment that waits, if there is one. */
    Optional<Environment> take(FunctionVersion version, Instant now) {
        List<Environment> stale = new ArrayList<>();
        Environment found = null;
        synchronized (this) {
            Kept kept = used(version.qualifiedArn(), now);
            kept.starting++;
            while (found == null && !kept.waiting.isEmpty()) {
                Environment next = kept.waiting.poll();
                if (next.version().revision().equals(version.revision()) && Life.takesEvents(next.state())) {
                    found = next;
                } else {
                    stale.add(next);
                }
            }
            if (found == null) {
                kept.missed++;
                kept.wanted = Math.min(MOST, Math.max(kept.wanted, 1 + kept.missed));
            }
        }
        stale.forEach(Environment::stop);
        return Optional.ofNullable(found);
    }

    /** A cold start is over; says whether no other of the version is under way. */
    synchronized boolean started(FunctionVersion version) {
        Kept kept = versions.get(version.qualifiedArn());
        return kept == null || --kept.starting <= 0;
    }

    /**
     * Whether another environment is to be made; until {@link #made} no other is.
     *
     * @param room whether there may be more than one
     */
    synchronized boolean make(FunctionVersion version, boolean room, Instant now) {
        Kept kept = used(version.qualifiedArn(), now);
        boolean enough = kept.waiting.size() >= (room ? kept.wanted : 1);
        if (enough) {
            kept.missed = 0;
        }
        boolean makes = !closed && !kept.making && !enough;
        kept.making |= makes;
        return makes;
    }

    synchronized void made(FunctionVersion version) {
        Kept kept = versions.get(version.qualifiedArn());
        if (kept != null) {
            kept.making = false;
        }
    }

    void put(Environment environment) {
        environment.freeze();
        boolean kept;
        synchronized (this) {
            Kept version = versions.get(environment.version().qualifiedArn());
            kept = !closed && version != null;
            if (kept) {
                version.waiting.add(environment);
            }
        }
        if (!kept) {
            environment.stop();
        }
    }

    synchronized int size() {
        return versions.values().stream().mapToInt(kept -> kept.waiting.size()).sum();
    }

    /** Ends one of the version that was used longest ago; says whether there was one. */
    boolean evict() {
        Environment oldest;
        synchronized (this) {
            oldest = versions.values().stream().filter(kept -> !kept.waiting.isEmpty()).findFirst()
                    .map(kept -> kept.waiting.poll()).orElse(null);
        }
        if (oldest != null) {
            oldest.stop();
        }
        return oldest != null;
    }

    /** Of versions that nobody started since, one goes on to wait. */
    void recycle(Instant unusedSince) {
        List<Environment> gone = new ArrayList<>();
        synchronized (this) {
            versions.values().stream().filter(kept -> kept.used.isBefore(unusedSince)).forEach(kept -> {
                kept.wanted = 1;
                while (kept.waiting.size() > 1) {
                    gone.add(kept.waiting.poll());
                }
            });
        }
        gone.forEach(Environment::stop);
    }

    /** @param arns of the versions that are gone */
    void forget(Predicate<String> arns) {
        List<Environment> gone = new ArrayList<>();
        synchronized (this) {
            List<String> names = versions.keySet().stream().filter(arns).toList();
            names.forEach(name -> gone.addAll(versions.remove(name).waiting));
        }
        gone.forEach(Environment::stop);
    }

    void close() {
        synchronized (this) {
            closed = true;
        }
        forget(_ -> true);
    }
}
