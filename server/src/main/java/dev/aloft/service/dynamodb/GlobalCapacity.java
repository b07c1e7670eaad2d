package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexDescription;
import dev.aloft.api.DynamoDb.ProvisionedThroughputDescription;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.service.dynamodb.CapacityScaling.Scaled;
import dev.aloft.service.dynamodb.CapacityScaling.Wanted;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What an AWS::DynamoDB::GlobalTable says of provisioned capacity: writes are scaled in all regions alike, reads are
 * scaled or fixed in each.
 *
 * @param template the resource's properties
 * @param replica  those of the replica in the region that is meant
 */
record GlobalCapacity(Map<String, Object> template, Map<String, Object> replica) {
    /** Of the table and of its indexes. */
    static final String WRITES = "WriteProvisionedThroughputSettings";
    /** Of a replica and of its indexes; of the table and its indexes what all replicas have alike. */
    static final String READS = "ReadProvisionedThroughputSettings";
    private static final String SCALED_WRITES = "WriteCapacityAutoScalingSettings";
    private static final String SCALED_READS = "ReadCapacityAutoScalingSettings";
    private static final String FIXED_READS = "ReadCapacityUnits";

    boolean isProvisioned() {
        return !BillingMode.PAY_PER_REQUEST.equals(template.get("BillingMode"));
    }

    private static Map<?, ?> map(Object tree, String name) {
        return tree instanceof Map<?, ?> map && map.get(name) instanceof Map<?, ?> within ? within : Map.of();
    }

    private static List<Map<?, ?>> indexes(Map<?, ?> of) {
        var found = new ArrayList<Map<?, ?>>();
        if (of.get("GlobalSecondaryIndexes") instanceof List<?> list) {
            list.forEach(one -> {
                if (one instanceof Map<?, ?> map) {
                    found.add(map);
                }
            });
        }
        return found;
    }

    private static Optional<Map<?, ?>> index(Map<?, ?> of, String name) {
        return indexes(of).stream().filter(one -> name.equals(one.get("IndexName"))).findFirst();
    }

    private Map<?, ?> writes(Optional<String> index) {
        var of = index.isEmpty() ? template : index(template, index.get()).orElse(Map.of());
        return map(map(of, WRITES), SCALED_WRITES);
    }

    private Map<?, ?> reads(Optional<String> index) {
        var own = index.isEmpty() ? replica : index(replica, index.get()).orElse(Map.of());
        var all = index.isEmpty() ? template : index(template, index.get()).orElse(Map.of());
        return own.get(READS) == null ? map(all, READS) : map(own, READS);
    }

    /** What may be read without being scaled. */
    Optional<Long> fixedReads(Optional<String> index) {
        return Optional.ofNullable(reads(index).get(FIXED_READS)).map(units -> Long.parseLong(units.toString()));
    }

    List<String> indexNames() {
        return indexes(template).stream().map(one -> String.valueOf(one.get("IndexName"))).toList();
    }

    /** How writes and reads of the table and its indexes are to be scaled in the region. */
    Map<Scaled, Wanted> scaled(String table) {
        var all = new LinkedHashMap<Scaled, Wanted>();
        if (isProvisioned()) {
            add(all, table, Optional.empty());
            indexNames().forEach(index -> add(all, table, Optional.of(index)));
        }
        return all;
    }

    private void add(Map<Scaled, Wanted> all, String table, Optional<String> index) {
        wanted(writes(index)).ifPresent(wanted -> all.put(new Scaled(table, index, false), wanted));
        wanted(map(reads(index), SCALED_READS)).ifPresent(wanted -> all.put(new Scaled(table, index, true), wanted));
    }

    private static Optional<Wanted> wanted(Map<?, ?> settings) {
        if (settings.isEmpty()) {
            return Optional.empty();
        }
        var tracking = map(settings, "TargetTrackingScalingPolicyConfiguration");
        return Optional.of(new Wanted(number(settings, "MinCapacity"), number(settings, "MaxCapacity"), null,
            Double.parseDouble(String.valueOf(tracking.get("TargetValue"))),
            tracking.get("DisableScaleIn") == null ? null
                : Boolean.valueOf(tracking.get("DisableScaleIn").toString()),
            cooldown(tracking, "ScaleInCooldown"), cooldown(tracking, "ScaleOutCooldown")));
    }

    private static int number(Map<?, ?> settings, String name) {
        return Integer.parseInt(String.valueOf(settings.get(name)));
    }

    private static Integer cooldown(Map<?, ?> tracking, String name) {
        return tracking.get(name) == null ? null : number(tracking, name);
    }

    // ---- capacity

    /**
     * The capacity of a table, as CreateTable takes it: what it has by now stays, since scaling has made it.
     *
     * @param keepsReads whether what may be read stays too, though it is fixed
     */
    Map<String, Object> ofTable(Optional<TableDescription> now, boolean keepsReads) {
        var known = now.filter(GlobalCapacity::isProvisioned).map(TableDescription::provisionedThroughput);
        return capacity(Optional.empty(), known, keepsReads);
    }

    Map<String, Object> ofIndex(String name, Optional<TableDescription> now, boolean keepsReads) {
        var known = now.filter(GlobalCapacity::isProvisioned).map(TableDescription::globalSecondaryIndexes)
            .flatMap(all -> all.stream().filter(one -> one.indexName().equals(name)).findFirst())
            .map(GlobalSecondaryIndexDescription::provisionedThroughput);
        return capacity(Optional.of(name), known, keepsReads);
    }

    private static boolean isProvisioned(TableDescription table) {
        return table.billingModeSummary() == null
            || !BillingMode.PAY_PER_REQUEST.equals(table.billingModeSummary().billingMode());
    }

    private Map<String, Object> capacity(Optional<String> index, Optional<ProvisionedThroughputDescription> now,
            boolean keepsReads) {
        var scaledReads = map(reads(index), SCALED_READS);
        var reads = fixedReads(index).filter(_ -> scaledReads.isEmpty() && !(keepsReads && now.isPresent()));
        return Map.of("ReadCapacityUnits", reads.or(() -> now.map(ProvisionedThroughputDescription::readCapacityUnits))
            .orElseGet(() -> first(scaledReads, READS)), "WriteCapacityUnits",
            now.map(ProvisionedThroughputDescription::writeCapacityUnits)
                .orElseGet(() -> first(writes(index), WRITES)));
    }

    /** What there is before anything is scaled. */
    private static long first(Map<?, ?> settings, String missing) {
        if (settings.isEmpty()) {
            throw new ValidationException(missing + " must be specified when BillingMode is PROVISIONED");
        }
        return Long.parseLong(Objects.requireNonNullElse(settings.get("SeedCapacity"), settings.get("MinCapacity"))
            .toString());
    }
}
