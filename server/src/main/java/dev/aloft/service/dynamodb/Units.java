package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.WarmThroughput;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Read and write units a second: what an on-demand table or index may use at most, or what it was asked to be prepared
 * for. Nothing where one of them was not asked for.
 */
record Units(Optional<Long> read, Optional<Long> write) {
    /** What on-demand tables are prepared for from their first day. */
    static final Units INITIAL = new Units(Optional.of(12_000L), Optional.of(4_000L));
    private static final long NO_LIMIT = -1;

    static Units of(ProvisionedThroughput throughput) {
        return throughput == null ? new Units(Optional.empty(), Optional.empty())
            : new Units(Optional.of(throughput.readCapacityUnits()), Optional.of(throughput.writeCapacityUnits()));
    }

    static Optional<Units> of(OnDemandThroughput limit) {
        return limit == null ? Optional.empty()
            : Optional.of(new Units(limit(limit.maxReadRequestUnits()), limit(limit.maxWriteRequestUnits())))
                .filter(units -> units.read.isPresent() || units.write.isPresent());
    }

    /** A limit after a change: what is not given stays as it is. */
    static Optional<Units> changed(Optional<Units> before, OnDemandThroughput wanted) {
        var read = wanted.maxReadRequestUnits() == null ? before.flatMap(Units::read)
            : limit(wanted.maxReadRequestUnits());
        var write = wanted.maxWriteRequestUnits() == null ? before.flatMap(Units::write)
            : limit(wanted.maxWriteRequestUnits());
        return Optional.of(new Units(read, write)).filter(units -> units.read.isPresent() || units.write.isPresent());
    }

    private static Optional<Long> limit(Long units) {
        return Optional.ofNullable(units).filter(some -> some != NO_LIMIT);
    }

    static Optional<Units> of(WarmThroughput warm) {
        return warm == null ? Optional.empty() : Optional.of(new Units(Optional.ofNullable(warm.readUnitsPerSecond()),
            Optional.ofNullable(warm.writeUnitsPerSecond())));
    }

    /** The larger ones of both. */
    Units atLeast(Units others) {
        return new Units(max(read, others.read), max(write, others.write));
    }

    private static Optional<Long> max(Optional<Long> one, Optional<Long> other) {
        return Stream.of(one, other).flatMap(Optional::stream).max(Long::compare);
    }

    /** These, and those where these say nothing. */
    Units or(Units others) {
        return new Units(read.or(others::read), write.or(others::write));
    }

    OnDemandThroughput told() {
        return new OnDemandThroughput(read.orElse(NO_LIMIT), write.orElse(NO_LIMIT));
    }

    /** What AWS says of a table that is made differs by two words from what it says of one that is there. */
    static void checkNewLimit(OnDemandThroughput limit, boolean onDemand) {
        if (limit == null) {
            return;
        }
        if (!onDemand) {
            of(limit).map(units -> units.read.isPresent() ? "MaxReadRequestUnits" : "MaxWriteRequestUnits")
                .ifPresent(name -> {
                throw ValidationException.parameters(name + " for OnDemandThroughput cannot be specified when table "
                    + "BillingMode is PROVISIONED.");
            });
        }
        checkOnDemand(limit, onDemand, " for table");
        if (Stream.of(limit.maxReadRequestUnits(), limit.maxWriteRequestUnits()).anyMatch(units ->
                units != null && units == NO_LIMIT)) {
            throw outsideRange(Objects.equals(limit.maxReadRequestUnits(), NO_LIMIT) ? "MaxReadRequestUnits"
                : "MaxWriteRequestUnits", " for table");
        }
    }

    private static ValidationException outsideRange(String name, String subject) {
        return ValidationException.parameters("Requested " + name + " for OnDemandThroughput" + subject
            + " is outside of valid range");
    }

    /** @param subject how the complaints name the table or the index */
    static void checkOnDemand(OnDemandThroughput limit, boolean onDemand, String subject) {
        if (limit != null) {
            checkLimit("MaxReadRequestUnits", limit.maxReadRequestUnits(), onDemand, subject);
            checkLimit("MaxWriteRequestUnits", limit.maxWriteRequestUnits(), onDemand, subject);
        }
    }

    private static void checkLimit(String name, Long units, boolean onDemand, String subject) {
        if (units == null) {
            return;
        }
        if (!onDemand) {
            throw ValidationException.parameters(name + " for OnDemandThroughput"
                + (subject.equals(" for table") ? "" : subject)
                + " cannot be specified when the table BillingMode is PROVISIONED");
        }
        if (units != NO_LIMIT && units < 1) {
            throw outsideRange(name, subject);
        }
    }

    static void checkWarm(WarmThroughput warm, Units least, boolean onDemand, String subject) {
        if (warm == null) {
            return;
        }
        if (warm.readUnitsPerSecond() != null && least.read.isPresent()
                && warm.readUnitsPerSecond() < least.read.get()) {
            throw tooLow("ReadUnitsPerSecond", onDemand, subject, "ReadCapacityUnits");
        }
        if (warm.writeUnitsPerSecond() != null && least.write.isPresent()
                && warm.writeUnitsPerSecond() < least.write.get()) {
            throw tooLow("WriteUnitsPerSecond", onDemand, subject, "WriteCapacityUnits");
        }
    }

    private static ValidationException tooLow(String name, boolean onDemand, String subject, String capacity) {
        return ValidationException.parameters("Requested " + name + " for WarmThroughput" + subject + " is lower than "
            + (onDemand ? "initial throughput for OnDemand" : capacity + " of ProvisionedThroughput"));
    }

    /** What a table or an index is prepared for never becomes less. */
    void refuseLess(WarmThroughput warm, String subject) {
        if (warm.readUnitsPerSecond() != null && warm.readUnitsPerSecond() < read.orElse(0L)) {
            throw lower("ReadUnitsPerSecond", subject);
        }
        if (warm.writeUnitsPerSecond() != null && warm.writeUnitsPerSecond() < write.orElse(0L)) {
            throw lower("WriteUnitsPerSecond", subject);
        }
    }

    private static ValidationException lower(String name, String subject) {
        return ValidationException.parameters("Requested " + name + " for WarmThroughput" + subject
            + " is lower than current WarmThroughput, decreasing WarmThroughput is not supported");
    }
}
