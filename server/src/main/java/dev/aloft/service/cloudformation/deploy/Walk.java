package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/** Visits the nodes of a graph, each after those it waits for, as many at a time as do not wait. */
final class Walk {
    private record Visit(String id, boolean isGood, Throwable broken) {
    }

    private final Time time;
    private final Signal visited = new Signal();
    private final ConcurrentLinkedQueue<Visit> visits = new ConcurrentLinkedQueue<>();

    Walk(Time time) {
        this.time = time;
    }

    /**
     * @param waitsFor what must have been visited before a node
     * @param visit    answers whether it went well
     * @param isOver   whether nothing more shall begin, asked after each visit
     * @param deadline when nothing more shall begin
     * @return the nodes that did not go well; what waits for them was not visited
     */
    Set<String> run(Collection<String> nodes, Function<String, Set<String>> waitsFor, Predicate<String> visit,
            BooleanSupplier isOver, Instant deadline) throws InterruptedException {
        var open = new LinkedHashSet<>(nodes);
        var done = new LinkedHashSet<String>();
        var failed = new TreeSet<String>();
        Throwable broken = null;
        int running = 0;
        long seen = visited.count();
        while (true) {
            if (broken == null && !isOver.getAsBoolean() && time.instant().isBefore(deadline)) {
                for (var node : List.copyOf(open)) {
                    if (waitsFor.apply(node).stream()
                            .allMatch(other -> done.contains(other) || !nodes.contains(other))) {
                        open.remove(node);
                        running++;
                        time.start("resource " + node, () -> visit(node, visit));
                    }
                }
            }
            if (running == 0) {
                break;
            }
            time.await(visited, seen, time.instant().plus(time.backstop()));
            seen = visited.count();
            for (var end = visits.poll(); end != null; end = visits.poll()) {
                running--;
                (end.isGood() ? done : failed).add(end.id());
                broken = end.broken() != null ? end.broken() : broken;
            }
        }
        if (broken instanceof Error error) {
            throw error;
        }
        if (broken instanceof RuntimeException exception) {
            throw exception;
        }
        return failed;
    }

    private void visit(String node, Predicate<String> visit) {
        var end = new Visit(node, false, null);
        try {
            end = new Visit(node, visit.test(node), null);
        } catch (RuntimeException | Error e) {
            end = new Visit(node, false, e);
        } finally {
            visits.add(end);
            visited.raise();
        }
    }
}
