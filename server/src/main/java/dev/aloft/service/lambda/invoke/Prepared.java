package dev.aloft.service.lambda.invoke;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Environments of versions with SnapStart that have had their init and wait, frozen, to be restored: one a version. It takes
 * the place of a snapshot: what an init made is there, only that each environment made its own.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html">SnapStart</a>
 */
final class Prepared {
    /** By the version's ARN, the one that was used longest ago first. */
    private final Map<String, Environment> waiting = new LinkedHashMap<>();
    private boolean closed;

    /** The one that waits for this version, if there is one. */
    Optional<Environment> take(FunctionVersion version) {
        Environment environment;
        synchronized (this) {
            environment = waiting.remove(version.qualifiedArn());
        }
        if (environment == null) {
            return Optional.empty();
        }
        if (environment.version().revision().equals(version.revision()) && Life.takesEvents(environment.state())) {
            return Optional.of(environment);
        }
        environment.stop();
        return Optional.empty();
    }

    synchronized boolean has(FunctionVersion version) {
        return waiting.containsKey(version.qualifiedArn());
    }

    synchronized int size() {
        return waiting.size();
    }

    void put(Environment environment) {
        environment.freeze();
        Environment other;
        synchronized (this) {
            other = closed ? environment : waiting.put(environment.version().qualifiedArn(), environment);
        }
        if (other != null) {
            other.stop();
        }
    }

    /** Ends the one that was used longest ago; says whether there was one. */
    boolean evict() {
        Environment oldest;
        synchronized (this) {
            var first = waiting.entrySet().iterator();
            if (!first.hasNext()) {
                return false;
            }
            oldest = first.next().getValue();
            first.remove();
        }
        oldest.stop();
        return true;
    }

    /** @param arns of the versions that are gone */
    void forget(Predicate<String> arns) {
        List<Environment> gone = new ArrayList<>();
        synchronized (this) {
            waiting.entrySet().removeIf(each -> arns.test(each.getKey()) && gone.add(each.getValue()));
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
