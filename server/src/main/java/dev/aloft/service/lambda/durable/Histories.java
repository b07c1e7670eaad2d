package dev.aloft.service.lambda.durable;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.wire.Trees;
import java.util.LinkedHashMap;
import java.util.Map;

/** Pages of the events of an execution. */
final class Histories {
    private static final int PAGE = 100;

    private Histories() {}

    static Lambda.GetDurableExecutionHistoryResponse page(ReadTx tx, Lambda.GetDurableExecutionHistoryRequest r) {
        var key = DurableArn.parse(r.durableExecutionArn()).get(tx).key();
        boolean newestFirst = Boolean.TRUE.equals(r.reverseOrder());
        boolean whole = !Boolean.FALSE.equals(r.includeExecutionData());
        int most = r.maxItems() == null || r.maxItems() == 0 ? PAGE : r.maxItems();
        var range = Range.of(key);
        if (newestFirst) {
            range = range.reversed();
        }
        if (r.marker() != null && !r.marker().isEmpty()) {
            range = range.after(key.and(StateMarker.parse(r.marker())));
        }
        var rows = DurableData.EVENTS.range(tx, range.limit(most + 1)).toList();
        boolean more = rows.size() > most;
        var some = more ? rows.subList(0, most) : rows;
        return Lambda.GetDurableExecutionHistoryResponse.of(a -> a
                .events(some.stream().map(Row::value).map(event -> whole ? event : bare(event)).toList())
                .nextMarker(more ? StateMarker.of(some.getLast().value().eventId()) : null));
    }

    /** Without what was passed in and out. */
    private static Lambda.Event bare(Lambda.Event event) {
        return (Lambda.Event) Trees.read(event.shape(), withoutPayloads(Trees.of(event)));
    }

    private static Map<String, Object> withoutPayloads(Map<?, ?> tree) {
        var bare = new LinkedHashMap<String, Object>();
        tree.forEach((name, value) -> {
            if (name.equals("Payload")) {
                bare.put("Truncated", true);
            } else {
                bare.put((String) name, value instanceof Map<?, ?> inner ? withoutPayloads(inner) : value);
            }
        });
        return bare;
    }
}
