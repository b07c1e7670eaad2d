package dev.aloft.kernel.delivery.poll;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The pollers that run, held to those that are wanted. Used by one worker. */
public final class Pollers {
    /**
     * One that is wanted.
     *
     * @param revision changes with every setting: the poller is replaced then
     */
    public record Wanted(String revision, Supplier<Poller> poller) {
    }

    private record Running(String revision, Poller poller) {
    }

    private final Map<String, Running> running = new HashMap<>();
    /** Closed, with something in hand still. */
    private final Map<String, Poller> ending = new HashMap<>();

    public void keep(Map<String, Wanted> wanted) {
        ending.values().removeIf(Poller::hasEnded);
        running.entrySet().removeIf(entry -> {
            var wish = wanted.get(entry.getKey());
            boolean ends = wish == null || !wish.revision().equals(entry.getValue().revision());
            if (ends) {
                end(entry.getKey(), entry.getValue().poller());
            }
            return ends;
        });
        wanted.forEach((id, wish) -> running.computeIfAbsent(id, _ -> {
            var poller = wish.poller().get();
            if (ending.containsKey(id)) {
                poller.after(ending.get(id));
            }
            poller.start();
            return new Running(wish.revision(), poller);
        }));
    }

    private void end(String id, Poller poller) {
        poller.close();
        if (!poller.hasEnded()) {
            ending.put(id, poller);
        }
    }
}
