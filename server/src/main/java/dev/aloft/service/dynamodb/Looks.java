package dev.aloft.service.dynamodb;

import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what goes on behind an answer by looking again and again, as CloudFormation does. */
record Looks(Time time) {
    private static final Duration BETWEEN = Duration.ofMillis(200);

    <T> T until(Predicate<T> done, Supplier<T> look) {
        try {
            var seen = look.get();
            while (!done.test(seen)) {
                time.sleep(BETWEEN);
                seen = look.get();
            }
            return seen;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a table was waited for");
        }
    }
}
