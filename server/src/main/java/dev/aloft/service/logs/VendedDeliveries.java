package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.VendedLogs;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;

/** What services tell, promised to each delivery that wants it, in pieces that a destination takes at once. */
final class VendedDeliveries implements VendedLogs {
    /** Of a piece: PutLogEvents takes 1 MiB with 26 bytes an event, Firehose 500 records. */
    private static final int MOST_BYTES = 1_000_000;
    private static final int MOST_RECORDS = 500;
    private static final int BYTES_OF_AN_EVENT = 26;

    private final LogsData data;
    private final LogDeliveries deliveries;
    private final Store store;
    private final Deliveries<VendedPiece> pieces;

    VendedDeliveries(LogsData data, LogDeliveries deliveries, VendedCarrier carrier, Store store, Time time) {
        this.data = data;
        this.deliveries = deliveries;
        this.store = store.relaxed();
        pieces = new Deliveries<>("vended", store, time, Codec.of(VendedPiece.class), carrier);
    }

    Worker worker() {
        return pieces.worker();
    }

    @Override
    public void tell(Arn resource, String logType, List<Entry> entries) {
        var wanting = store.<List<LogDeliveries.Kept>>read(tx ->
                data.sourcesOfResource.range(tx, Key.of(resource.toString(), logType)).map(Row::value)
                .flatMap(source -> deliveries.ofSource(tx, source.account(), source.region(), source.name()).stream())
                .toList());
        if (wanting.isEmpty() || entries.isEmpty()) {
            return;
        }
        var all = wanting.stream().flatMap(delivery -> cut(delivery, resource, entries).stream()).toList();
        store.change(tx -> all.forEach(piece -> pieces.promise(tx, UUID.randomUUID().toString(), piece)));
    }

    private static List<VendedPiece> cut(LogDeliveries.Kept delivery, Arn resource, List<Entry> entries) {
        var cut = new ArrayList<VendedPiece>();
        var lines = new ArrayList<VendedPiece.Line>();
        long bytes = 0;
        for (var entry : entries) {
            var line = new VendedPiece.Line(entry.moment().toEpochMilli(), line(delivery, entry));
            long size = line.text().getBytes(StandardCharsets.UTF_8).length + BYTES_OF_AN_EVENT;
            if (!lines.isEmpty() && (bytes + size > MOST_BYTES || lines.size() == MOST_RECORDS)) {
                cut.add(new VendedPiece(delivery.key(), resource.toString(), List.copyOf(lines)));
                lines.clear();
                bytes = 0;
            }
            lines.add(line);
            bytes += size;
        }
        cut.add(new VendedPiece(delivery.key(), resource.toString(), List.copyOf(lines)));
        return cut;
    }

    private static String line(LogDeliveries.Kept delivery, Entry entry) {
        var wanted = new LinkedHashMap<String, Object>();
        delivery.fields().stream().filter(entry.fields()::containsKey)
                .forEach(field -> wanted.put(field, entry.fields().get(field)));
        return JsonWriter.string(wanted);
    }
}
