package dev.aloft.service.lambda.invoke;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The environments of one revision of a version, by what they may serve. A function with tenant isolation has some for
 * each tenant, which no other's events ever reach.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html">Tenant isolation</a>
 */
final class Revision {
    private final String qualifiedArn;
    private final String revision;
    private final Starts starts;
    private final Pool onDemand;
    private final Pool provisioned;
    private final Map<String, Pool> tenants = new ConcurrentHashMap<>();

    Revision(FunctionVersion version, Starts starts) {
        this.qualifiedArn = version.qualifiedArn();
        this.revision = version.revision();
        this.starts = starts;
        this.onDemand = new Pool(version.snapStart() ? Initialization.SNAP_START : Initialization.ON_DEMAND, starts);
        this.provisioned = new Pool(Initialization.PROVISIONED, starts);
    }

    boolean is(FunctionVersion version) {
        return revision.equals(version.revision());
    }

    String qualifiedArn() {
        return qualifiedArn;
    }

    Pool onDemand() {
        return onDemand;
    }

    /** @param tenant null where the function does not tell tenants apart */
    Pool onDemand(String tenant) {
        return tenant == null ? onDemand
                : tenants.computeIfAbsent(tenant, _ -> new Pool(Initialization.ON_DEMAND, starts));
    }

    Pool provisioned() {
        return provisioned;
    }

    Stream<Pool> allOnDemand() {
        return Stream.concat(Stream.of(onDemand), tenants.values().stream());
    }

    int tenantEnvironments() {
        return tenants.values().stream().mapToInt(Pool::size).sum();
    }

    void recycle(Instant idleBefore) {
        allOnDemand().forEach(pool -> pool.recycle(idleBefore));
        provisioned.recycle(Instant.MIN);
        tenants.values().removeIf(Pool::retire);
    }

    void close() {
        allOnDemand().forEach(Pool::close);
        provisioned.close();
    }
}
