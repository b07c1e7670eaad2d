package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Row;
import dev.aloft.service.sqs.Order.Standing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.Function;

/**
 * The visible messages of a standard queue with groups: those of quiet groups, and those without a group, in their
 * order; then those of noisy groups, each time of the one that has the fewest in flight. Groups are read as they are
 * asked for.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html">
 *     How Amazon SQS fair queues work</a>
 */
final class FairOrder implements Iterator<Standing> {
    private static final Comparator<Standing> ORDER =
        Comparator.comparingLong(Standing::at).thenComparingLong(Standing::sequence);

    private final Iterator<Row<String>> heads;
    private final Function<String, Iterator<Standing>> ofGroup;
    private final Noise.Look noise;
    private final PriorityQueue<Run> quiet = new PriorityQueue<>(Comparator.comparing(run -> run.first, ORDER));
    private final List<Run> noisy = new ArrayList<>();
    private Row<String> head;

    /** The messages of one group that are left, and how many of it are in flight. */
    private static final class Run {
        private final Iterator<Standing> all;
        private Standing first;
        private long inFlight;

        Run(Iterator<Standing> all, long inFlight) {
            this.all = all;
            this.inFlight = inFlight;
        }

        boolean advance() {
            first = all.hasNext() ? all.next() : null;
            return first != null;
        }
    }

    FairOrder(Iterator<Standing> alone, Iterator<Row<String>> heads, Function<String, Iterator<Standing>> ofGroup,
            Noise.Look noise) {
        this.heads = heads;
        this.ofGroup = ofGroup;
        this.noise = noise;
        add(quiet, new Run(alone, 0));
        nextHead();
    }

    private static void add(Collection<Run> runs, Run run) {
        if (run.advance()) {
            runs.add(run);
        }
    }

    private void nextHead() {
        head = heads.hasNext() ? heads.next() : null;
    }

    /** Opens the groups that may have a message before the first of those that are open. */
    private void open() {
        while (head != null && (quiet.isEmpty() || !isBehind(quiet.peek().first))) {
            var run = new Run(ofGroup.apply(head.value()), noise.inFlight(head.value()));
            add(noise.isNoisy(head.value()) ? noisy : quiet, run);
            nextHead();
        }
    }

    private boolean isBehind(Standing standing) {
        long at = head.key().number(1);
        return at > standing.at() || at == standing.at() && head.key().number(2) > standing.sequence();
    }

    @Override
    public boolean hasNext() {
        open();
        return !quiet.isEmpty() || !noisy.isEmpty();
    }

    @Override
    public Standing next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return quiet.isEmpty() ? nextNoisy() : nextQuiet();
    }

    private Standing nextQuiet() {
        var run = quiet.poll();
        var next = run.first;
        add(quiet, run);
        return next;
    }

    private Standing nextNoisy() {
        var run = noisy.stream()
            .min(Comparator.<Run>comparingLong(it -> it.inFlight).thenComparing(it -> it.first, ORDER)).orElseThrow();
        var next = run.first;
        run.inFlight++;
        if (!run.advance()) {
            noisy.remove(run);
        }
        return next;
    }
}
