package dev.aloft.service.lambda.async;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a function wrote down of its attempts, in the order in which it happened. An attempt <em>began</em> when the
 * function had the event, and was <em>heard</em> when the platform had answered that it knows how it ended; one that
 * was not heard was interrupted.
 */
record Ledger(List<Entry> entries) {
    /** @param generation the number of the platform's start, from 1 */
    record Entry(int generation, String event, String request, boolean heard) {}

    static Ledger read(Path file) throws IOException {
        var entries = new ArrayList<Entry>();
        for (var line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            var words = line.split(" ");
            entries.add(new Entry(Integer.parseInt(words[0]), words[1], words[2], words[3].equals("heard")));
        }
        return new Ledger(entries);
    }

    Map<String, List<Entry>> byEvent() {
        var events = new HashMap<String, List<Entry>>();
        entries.forEach(entry -> events.computeIfAbsent(entry.event, _ -> new ArrayList<>()).add(entry));
        return events;
    }

    /** How many attempts began since this start of the platform and were not heard. */
    long underWay(int generation) {
        return entries.stream().filter(entry -> entry.generation == generation)
                .mapToLong(entry -> entry.heard ? -1 : 1).sum();
    }

    /** Events that began again after an attempt that was interrupted. */
    Set<String> interrupted() {
        var events = new HashSet<String>();
        byEvent().forEach((event, entries) -> {
            if (entries.stream().filter(entry -> !entry.heard).count() > entries.stream()
                    .filter(Entry::heard).count()) {
                events.add(event);
            }
        });
        return events;
    }

    /**
     * An event was heard so often as it may be attempted at the most, has the same id each time, does not begin again
     * after the last of them, and each start of the platform interrupted one attempt at the most: the last none.
     */
    static void check(List<Entry> event, int attempts, int generations) {
        assertThat(event).extracting(Entry::request).containsOnly(event.getFirst().request);
        int heard = 0;
        var open = new int[generations + 1];
        for (var entry : event) {
            if (entry.heard) {
                heard++;
                open[entry.generation]--;
            } else {
                assertThat(heard).as("%s began again", event).isLessThan(attempts);
                open[entry.generation]++;
            }
        }
        for (int generation = 1; generation <= generations; generation++) {
            assertThat(open[generation]).as("interrupted in %d: %s", generation, event)
                    .isBetween(0, generation < generations ? 1 : 0);
        }
    }
}
