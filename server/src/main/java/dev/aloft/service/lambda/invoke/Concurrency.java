package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Lambda;
import java.util.HashMap;
import java.util.Map;

/**
 * How many events of a function, and of an account in a region, run at once.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html">Lambda function scaling</a>
 */
public final class Concurrency {
    public static final int ACCOUNT_LIMIT = 1_000;
    /** What reserving must leave to the functions without a reservation. */
    public static final int LEAST_UNRESERVED = 100;

    private final Map<String, Integer> running = new HashMap<>();

    /** Counts one in, or refuses. */
    synchronized void admit(FunctionVersion version) {
        if (version.reserved() != null) {
            if (count(version.functionArn()) >= version.reserved()) {
                throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
            }
        } else if (count(account(version)) >= ACCOUNT_LIMIT) {
            throw throttled("ConcurrentInvocationLimitExceeded");
        }
        running.merge(version.functionArn(), 1, Integer::sum);
        if (version.reserved() == null) {
            running.merge(account(version), 1, Integer::sum);
        }
    }

    synchronized void leave(FunctionVersion version) {
        running.computeIfPresent(version.functionArn(), (_, n) -> n == 1 ? null : n - 1);
        if (version.reserved() == null) {
            running.computeIfPresent(account(version), (_, n) -> n == 1 ? null : n - 1);
        }
    }

    private int count(String key) {
        return running.getOrDefault(key, 0);
    }

    private static String account(FunctionVersion version) {
        return version.account() + "/" + version.region();
    }

    static Lambda.TooManyRequestsException throttled(String reason) {
        return new Lambda.TooManyRequestsException(
                Lambda.TooManyRequestsException.Detail.of(d -> d.message("Rate Exceeded.").type("User").reason(reason)));
    }
}
