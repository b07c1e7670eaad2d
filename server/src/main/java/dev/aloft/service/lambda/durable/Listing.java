package dev.aloft.service.lambda.durable;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import java.util.Base64;

/** Pages of a function's executions, the newest first. */
final class Listing {
    private static final int PAGE = 100;

    private Listing() {}

    static Lambda.ListDurableExecutionsByFunctionResponse page(
            ReadTx tx, DurableExecutions.Target function, String version,
            Lambda.ListDurableExecutionsByFunctionRequest r) {
        var prefix = Key.of(function.account(), function.region(), function.name());
        int most = r.maxItems() == null || r.maxItems() == 0 ? PAGE : r.maxItems();
        var range = Range.of(prefix);
        if (!Boolean.TRUE.equals(r.reverseOrder())) {
            range = range.reversed();
        }
        if (r.marker() != null && !r.marker().isEmpty()) {
            range = range.after(marker(r.marker(), prefix));
        }
        var rows = DurableData.BY_START.range(tx, range).filter(row -> asked(row.value(), version, r))
                .limit(most + 1L).toList();
        boolean more = rows.size() > most;
        var some = more ? rows.subList(0, most) : rows;
        return Lambda.ListDurableExecutionsByFunctionResponse.of(a -> a
                .durableExecutions(some.stream().map(Row::value).map(Listing::listed).toList())
                .nextMarker(more ? marker(some.getLast(), prefix) : null));
    }

    private static boolean asked(Execution each, String version, Lambda.ListDurableExecutionsByFunctionRequest r) {
        return (version == null || version.equals(each.version()))
                && (r.durableExecutionName() == null || r.durableExecutionName().equals(each.name()))
                && (r.statuses() == null || r.statuses().contains(each.state().status()))
                && (r.startedAfter() == null || each.started().isAfter(r.startedAfter()))
                && (r.startedBefore() == null || each.started().isBefore(r.startedBefore()));
    }

    private static Lambda.Execution listed(Execution each) {
        return Lambda.Execution.of(e -> e.durableExecutionArn(each.arn()).durableExecutionName(each.name())
                .functionArn(each.functionArn() + ":" + each.version()).status(each.state().status())
                .startTimestamp(each.started()).endTimestamp(each.state().ended()));
    }

    private static String marker(Row<Execution> last, Key prefix) {
        return Base64.getEncoder().encodeToString(prefix.and(last.value().started(), last.key()).toBytes());
    }

    private static Key marker(String text, Key prefix) {
        try {
            var key = Key.decoded(Base64.getDecoder().decode(text));
            if (key.startsWith(prefix) && key.size() == prefix.size() + 2) {
                return key;
            }
        } catch (RuntimeException e) {
            // Told below.
        }
        throw CheckpointRules.refused("Invalid Marker");
    }
}
