package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.gate.TokenBucket;
import dev.aloft.kernel.time.Time;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many events of a function, and of an account in a region, run at once, and how fast they may come. Each admission
 * is a few atomic steps, whatever runs beside it.
 *
 * <pre>
 *   provisioned   an environment that waits for the version takes it; what there is no such environment for spills over
 *   reserved      at most the reservation, less what is provisioned of it
 *   unreserved    at most the account's limit, less all that is reserved or provisioned
 * </pre>
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html">Lambda function scaling</a>
 */
public final class Concurrency {
    /** AWS's limit of an account in a region until somebody asks for more. */
    public static final int DEFAULT_LIMIT = 1_000;
    private static final int MOST_LEAST_UNRESERVED = 100;
    /** Requests a second for each unit of concurrency; invocations from Lambda's own queue are not counted. */
    private static final int REQUESTS_EACH = 10;
    /** New environments of a function: so many at once, and as many again within ten seconds. */
    private static final int GROWTH = 1_000;
    private static final double GROWTH_SECONDS = 10;
    /** For each unit of concurrency a function with tenants may have so many environments. */
    private static final double TENANT_ENVIRONMENTS_EACH = 2.5;
    private static final int UNKNOWN = -1;

    private final int limit;
    private final Claims claims;
    private final Time time;
    private final Map<String, Function> functions = new ConcurrentHashMap<>();
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();

    /** What of an account's concurrency is set aside. */
    public interface Claims {
        /** Reserved for functions, or provisioned for functions without a reservation. */
        int claimed(String account, String region);

        /** Provisioned on versions and aliases of a function. */
        int provisioned(String account, String region, String function);
    }

    /** What runs of a function. Its requests count only where it has a reservation. */
    private static final class Function {
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger onDemand = new AtomicInteger();
        final TokenBucket requests = new TokenBucket();
        final TokenBucket growth = new TokenBucket();
        final Map<String, TokenBucket> provisionedRequests = new ConcurrentHashMap<>();
        final String account;
        final String region;
        final String name;
        volatile int provisioned = UNKNOWN;

        Function(FunctionVersion version) {
            this.account = version.account();
            this.region = version.region();
            this.name = version.name();
        }
    }

    private static final class Account {
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger unreserved = new AtomicInteger();
        final TokenBucket requests = new TokenBucket();
        volatile int claimed = UNKNOWN;
    }

    /** @param limit of each account in each region */
    public Concurrency(int limit, Claims claims, Time time) {
        this.limit = limit;
        this.claims = claims;
        this.time = time;
    }

    public int limit() {
        return limit;
    }

    /** What reserving must leave to the functions without a reservation. */
    public int leastUnreserved() {
        return Math.min(MOST_LEAST_UNRESERVED, limit);
    }

    /** Somebody changed what is reserved or provisioned in an account: the next event reads it anew. */
    public void changed(String account, String region) {
        Account known = accounts.get(key(account, region));
        if (known != null) {
            known.claimed = UNKNOWN;
        }
        functions.values().stream()
                .filter(function -> function.account.equals(account) && function.region.equals(region))
                .forEach(function -> function.provisioned = UNKNOWN);
    }

    /** The function is gone; what still runs of it counts to its end. */
    void forget(String functionArn) {
        functions.remove(functionArn);
    }

    private int claimed(Account account, FunctionVersion version) {
        int known = account.claimed;
        if (known == UNKNOWN) {
            known = claims.claimed(version.account(), version.region());
            account.claimed = known;
        }
        return known;
    }

    private int provisioned(Function function) {
        int known = function.provisioned;
        if (known == UNKNOWN) {
            known = claims.provisioned(function.account, function.region, function.name);
            function.provisioned = known;
        }
        return known;
    }

    /** An event that runs, until it leaves. */
    interface Seat {
        void leave();
    }

    /**
     * Whether the environments that are provisioned for a version may take one request more: ten a second each. What
     * comes faster spills over, as on AWS.
     *
     * @param environments that are provisioned
     * @param counted      whether it counts as a request, as those do that callers wait for
     */
    boolean provisionedTakes(FunctionVersion version, int environments, boolean counted) {
        double most = REQUESTS_EACH * (double) environments;
        return !counted || environments == 0 || function(version).provisionedRequests
                .computeIfAbsent(version.version(), _ -> new TokenBucket()).take(time.instant(), most, most);
    }

    /** Counts an event that runs in an environment that was provisioned for it. */
    Seat provisioned(FunctionVersion version) {
        return counted(function(version), account(version), () -> { });
    }

    private static Seat counted(Function function, Account account, Seat seat) {
        function.running.incrementAndGet();
        account.running.incrementAndGet();
        return () -> {
            function.running.decrementAndGet();
            account.running.decrementAndGet();
            seat.leave();
        };
    }

    /**
     * Admits an event that runs on demand.
     *
     * @param counted whether it counts as a request, as those do that callers wait for
     * @throws Lambda.TooManyRequestsException when there is no concurrency left
     */
    Seat admit(FunctionVersion version, boolean counted) {
        Function function = function(version);
        Account account = account(version);
        if (version.reserved() != null) {
            return counted(function, account, reserved(function, version.reserved(), counted));
        }
        if (counted && !account.requests.take(time.instant(), REQUESTS_EACH * (double) limit,
                REQUESTS_EACH * (double) limit)) {
            throw throttled("FunctionInvocationRateLimitExceeded");
        }
        if (!enter(account.unreserved, limit - claimed(account, version))) {
            throw throttled("ConcurrentInvocationLimitExceeded");
        }
        function.onDemand.incrementAndGet();
        return counted(function, account, () -> {
            function.onDemand.decrementAndGet();
            account.unreserved.decrementAndGet();
        });
    }

    private Account account(FunctionVersion version) {
        String key = key(version.account(), version.region());
        Account known = accounts.get(key);
        return known != null ? known : accounts.computeIfAbsent(key, _ -> new Account());
    }

    private Seat reserved(Function function, int reserved, boolean counted) {
        // With nothing left the concurrency is what is exceeded, not the rate.
        if (reserved > 0 && counted
                && !function.requests.take(time.instant(), REQUESTS_EACH * (double) reserved,
                        REQUESTS_EACH * (double) reserved)) {
            throw throttled("ReservedFunctionInvocationRateLimitExceeded");
        }
        if (!enter(function.onDemand, reserved - provisioned(function))) {
            throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
        }
        return function.onDemand::decrementAndGet;
    }

    private static boolean enter(AtomicInteger running, int most) {
        while (true) {
            int now = running.get();
            if (now >= most) {
                return false;
            }
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /**
     * A new environment is about to be made.
     *
     * @throws Lambda.TooManyRequestsException when the function grows faster than AWS lets it
     */
    void grow(FunctionVersion version) {
        if (!function(version).growth.take(time.instant(), GROWTH / GROWTH_SECONDS, GROWTH)) {
            throw throttled("ConcurrentInvocationLimitExceeded");
        }
    }

    /**
     * An environment for a tenant is about to be made.
     *
     * @param environments that the function's tenants have, with this one
     * @throws Lambda.TooManyRequestsException when there are too many of them, busy or idle
     */
    void checkTenants(FunctionVersion version, int environments) {
        int concurrent = version.reserved() == null ? limit : version.reserved();
        if (environments > TENANT_ENVIRONMENTS_EACH * concurrent) {
            throw throttled("ConcurrentInvocationLimitExceeded");
        }
    }

    /** Events of the function that run. */
    int running(FunctionVersion version) {
        return function(version).running.get();
    }

    /** Events that run of all the account's functions. */
    int runningInAccount(FunctionVersion version) {
        return account(version).running.get();
    }

    /** Events of the account that run on demand and without a reservation. */
    int unreserved(FunctionVersion version) {
        return account(version).unreserved.get();
    }

    /** What events that run on demand and without a reservation leave of the account's limit is less by this. */
    int claimed(FunctionVersion version) {
        Account account = account(version);
        return account.unreserved.get() + claimed(account, version);
    }

    private Function function(FunctionVersion version) {
        Function known = functions.get(version.functionArn());
        return known != null ? known : functions.computeIfAbsent(version.functionArn(), _ -> new Function(version));
    }

    private static String key(String account, String region) {
        return account + "/" + region;
    }

    static Lambda.TooManyRequestsException throttled(String reason) {
        return new Lambda.TooManyRequestsException(Lambda.TooManyRequestsException.Detail.of(
                d -> d.message("Rate Exceeded.").type("User").reason(reason)));
    }
}
