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

    public void keep(Map<String, Wanted> wanted) {
        running.entrySet().removeIf(entry -> {
            var wish = wanted.get(entry.getKey());
            boolean ends = wish == null || !wish.revision().equals(entry.getValue().revision());
            if (ends) {
                entry.getValue().poller().close();
            }
            return ends;
        });
        wanted.forEach((id, wish) -> running.computeIfAbsent(id, _ -> {
            var poller = wish.poller().get();
            poller.start();
            return new Running(wish.revision(), poller);
        }));
    }
}
