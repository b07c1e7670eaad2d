package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.ContributorInsightsAction;
import dev.aloft.api.DynamoDb.ContributorInsightsMode;
import dev.aloft.api.DynamoDb.ContributorInsightsStatus;
import dev.aloft.api.DynamoDb.ContributorInsightsSummary;
import dev.aloft.api.DynamoDb.DescribeContributorInsightsRequest;
import dev.aloft.api.DynamoDb.DescribeContributorInsightsResponse;
import dev.aloft.api.DynamoDb.ListContributorInsightsRequest;
import dev.aloft.api.DynamoDb.ListContributorInsightsResponse;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.UpdateContributorInsightsRequest;
import dev.aloft.api.DynamoDb.UpdateContributorInsightsResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which tables and indexes have CloudWatch Contributor Insights on. Only that is kept: there are no rules that count.
 */
final class Insights {
    private static final int PAGE = 100;

    /**
     * Of a table or an index, once it had insights.
     *
     * @param since when it was enabled; another mode makes no new rules
     */
    record StoredInsight(boolean enabled, String mode, Instant changed, Optional<Instant> since) {
    }

    private final DynamoDbData data;
    private final Tables tables;
    private final Store store;
    private final Time time;

    Insights(DynamoDbData data, Tables tables, Store store, Time time) {
        this.data = data;
        this.tables = tables;
        this.store = store;
        this.time = time;
    }

    private static Key key(TableRef ref, String index) {
        return ref.key().and(index == null ? "" : index);
    }

    private StoredTable table(ReadTx tx, TableRef ref, String index) {
        var table = tables.get(tx, ref);
        if (index != null && table.indexes().stream().noneMatch(one -> one.global() && one.name().equals(index))) {
            throw new ResourceNotFoundException("Requested resource not found: Index: " + index
                + " not found for table: " + ref.name());
        }
        return table;
    }

    UpdateContributorInsightsResponse update(Caller caller, UpdateContributorInsightsRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        boolean enables = in.contributorInsightsAction().equals(ContributorInsightsAction.ENABLE);
        var now = time.instant();
        return store.write(tx -> {
            table(tx, ref, in.indexName());
            var before = data.insights.get(tx, key(ref, in.indexName()));
            boolean was = before.filter(StoredInsight::enabled).isPresent();
            var mode = mode(in, before);
            if (was == enables && (!was || before.get().mode().equals(mode))) {
                // What is so already is told as it is.
                return new UpdateContributorInsightsResponse(ref.name(), in.indexName(), status(before),
                    before.map(StoredInsight::mode).orElse(null));
            }
            data.insights.put(tx, key(ref, in.indexName()), new StoredInsight(enables, mode, now,
                was ? before.get().since() : Optional.of(now)));
            return new UpdateContributorInsightsResponse(ref.name(), in.indexName(),
                enables ? ContributorInsightsStatus.ENABLING : ContributorInsightsStatus.DISABLING, mode);
        });
    }

    private static String mode(UpdateContributorInsightsRequest in, Optional<StoredInsight> before) {
        return in.contributorInsightsAction().equals(ContributorInsightsAction.DISABLE) && before.isPresent()
            ? before.get().mode()
            : Objects.requireNonNullElse(in.contributorInsightsMode(),
                ContributorInsightsMode.ACCESSED_AND_THROTTLED_KEYS);
    }

    DescribeContributorInsightsResponse describe(Caller caller, DescribeContributorInsightsRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        return store.read(tx -> {
            var table = table(tx, ref, in.indexName());
            var insight = data.insights.get(tx, key(ref, in.indexName()));
            return DescribeContributorInsightsResponse.of(r -> r.tableName(ref.name()).indexName(in.indexName())
                .contributorInsightsStatus(status(insight)).lastUpdateDateTime(insight.map(StoredInsight::changed)
                    .orElse(null))
                .contributorInsightsMode(insight.map(StoredInsight::mode).orElse(null))
                .contributorInsightsRuleList(insight.filter(StoredInsight::enabled)
                    .map(one -> rules(table, in.indexName(), one)).orElse(null)));
        });
    }

    private static String status(Optional<StoredInsight> insight) {
        return insight.filter(StoredInsight::enabled).isPresent() ? ContributorInsightsStatus.ENABLED
            : ContributorInsightsStatus.DISABLED;
    }

    /**
     * The names of the rules that CloudWatch has on AWS: most accessed and throttled keys, of partitions and of items.
     */
    private static List<String> rules(StoredTable table, String index, StoredInsight insight) {
        var key = index == null ? table.key()
            : table.indexes().stream().filter(one -> one.name().equals(index)).findFirst().orElseThrow().key();
        var subject = table.name() + (index == null ? "" : "-" + index) + "-"
            + insight.since().orElse(insight.changed()).toEpochMilli();
        boolean onlyThrottled = insight.mode().equals(ContributorInsightsMode.THROTTLED_KEYS);
        var kinds = key.range().isPresent() ? Stream.of("PKC", "PKT", "SKC", "SKT") : Stream.of("PKC", "PKT");
        return kinds.filter(kind -> !onlyThrottled || kind.endsWith("T"))
            .map(kind -> "DynamoDBContributorInsights-" + kind + "-" + subject).toList();
    }

    ListContributorInsightsResponse list(Caller caller, ListContributorInsightsRequest in) {
        int limit = in.maxResults() == null || in.maxResults() < 1 ? PAGE : in.maxResults();
        var prefix = in.tableName() == null ? Key.of(caller.account(), caller.region())
            : TableRef.of(caller, in.tableName()).key();
        var all = Range.of(prefix);
        var range = in.nextToken() == null ? all : all.after(place(caller, in.nextToken()));
        var found = store.<List<Row<StoredInsight>>>read(tx -> {
            if (in.tableName() != null) {
                tables.get(tx, TableRef.of(caller, in.tableName()));
            }
            return data.insights.range(tx, range).filter(row -> row.value().enabled()).limit(limit + 1).toList();
        });
        var told = found.stream().limit(limit).map(Insights::summary).toList();
        return new ListContributorInsightsResponse(told,
            found.size() > limit ? found.get(limit - 1).key().text(2) + "/" + found.get(limit - 1).key().text(3)
            : null);
    }

    private static Key place(Caller caller, String token) {
        int slash = token.indexOf('/');
        if (slash < 0) {
            throw new ValidationException("Invalid NextToken");
        }
        return Key.of(caller.account(), caller.region(), token.substring(0, slash), token.substring(slash + 1));
    }

    private static ContributorInsightsSummary summary(Row<StoredInsight> row) {
        var index = row.key().text(3);
        return new ContributorInsightsSummary(row.key().text(2), index.isEmpty()
            ? null : index, status(Optional.of(row.value())), row.value().mode());
    }
}
