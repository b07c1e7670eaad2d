package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Keeps environments started for the versions that are to have some. It looks at what is wanted and at what is there,
 * and brings the two together: after a change, after an environment ended, and after the platform started.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html">Provisioned concurrency</a>
 */
public final class Provisioned {
    private static final System.Logger LOG = System.getLogger(Provisioned.class.getName());
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final int STARTS_AT_ONCE = 4;
    /** AWS lets a provisioned environment take longer for its init than one that an event waits for. */
    private static final int LEAST_INIT_SECONDS = 130;
    private static final String INIT_FAILED = "FUNCTION_ERROR_INIT_FAILURE";

    private final Invocations invocations;
    private final Supplier<List<Wish>> wishes;
    private final Time time;
    private final Signal signal = new Signal();
    /** By the ARN of the version or alias on which it was put. */
    private final Map<String, Setting> settings = new ConcurrentHashMap<>();
    private int starting;

    /**
     * So many environments of a version, because of a setting.
     *
     * @param setting the ARN of the version or alias on which it was put
     */
    public record Wish(String setting, FunctionVersion version, int environments) {}

    /** How far a setting is. */
    public record State(int allocated, String status, String reason) {}

    private static final class Setting {
        volatile List<Pool> pools = List.of();
        volatile boolean failed;
    }

    public Provisioned(Invocations invocations, Supplier<List<Wish>> wishes, Time time) {
        this.invocations = invocations;
        this.wishes = wishes;
        this.time = time;
    }

    public Worker worker() {
        return new Worker("lambda-provisioned", signal, this::turn);
    }

    /** What is wanted changed. */
    public void look() {
        signal.raise();
    }

    /** The setting was put: what failed before is tried again. */
    public State restart(String setting) {
        settings.computeIfAbsent(setting, _ -> new Setting()).failed = false;
        signal.raise();
        return state(setting, Integer.MAX_VALUE);
    }

    public State state(String setting, int requested) {
        Setting known = settings.get(setting);
        if (known == null) {
            return new State(0, Lambda.ProvisionedConcurrencyStatusEnum.IN_PROGRESS, null);
        }
        if (known.failed) {
            return new State(0, Lambda.ProvisionedConcurrencyStatusEnum.FAILED, INIT_FAILED);
        }
        int allocated = Math.min(requested, known.pools.stream().mapToInt(Pool::ready).sum());
        return new State(allocated, allocated < requested
                ? Lambda.ProvisionedConcurrencyStatusEnum.IN_PROGRESS : Lambda.ProvisionedConcurrencyStatusEnum.READY,
                null);
    }

    private Optional<Instant> turn() {
        var wanted = new HashMap<Pool, Wish>();
        var pools = new HashMap<String, Set<Pool>>();
        for (Wish wish : wishes.get()) {
            Pool pool = invocations.provisioned(wish.version());
            wanted.merge(pool, wish,
                    (one, other) -> new Wish(one.setting(), one.version(), one.environments() + other.environments()));
            pools.computeIfAbsent(wish.setting(), _ -> new HashSet<>()).add(pool);
        }
        settings.keySet().retainAll(pools.keySet());
        pools.forEach((setting, its) -> settings.computeIfAbsent(setting, _ -> new Setting()).pools = List.copyOf(its));
        invocations.provisioned().filter(pool -> !wanted.containsKey(pool)).forEach(pool -> pool.limit(0));
        wanted.forEach(this::fill);
        return Optional.of(time.instant().plus(LOOK));
    }

    private void fill(Pool pool, Wish wish) {
        Setting setting = settings.get(wish.setting());
        pool.limit(setting.failed ? 0 : wish.environments());
        while (!setting.failed && pool.size() < wish.environments() && begin(pool)) {
            time.start("lambda-provisioned-" + wish.version().name(), () -> start(pool, wish.version(), setting));
        }
    }

    private synchronized boolean begin(Pool pool) {
        if (starting >= STARTS_AT_ONCE || !invocations.hasRoom()) {
            return false;
        }
        starting++;
        pool.startBegan();
        return true;
    }

    private void start(Pool pool, FunctionVersion version, Setting setting) {
        try {
            if (!invocations.startProvisioned(version, pool, Math.max(LEAST_INIT_SECONDS, version.timeoutSeconds()))) {
                setting.failed = true;
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            setting.failed = true;
            LOG.log(System.Logger.Level.INFO,
                    () -> "No environment could be provisioned for " + version.qualifiedArn() + ": " + e);
        } finally {
            synchronized (this) {
                starting--;
            }
            pool.startEnded();
            signal.raise();
        }
    }
}
