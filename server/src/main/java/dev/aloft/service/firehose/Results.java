package dev.aloft.service.firehose;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.KeptResult;
import dev.aloft.service.firehose.Partitions.Keys;
import dev.aloft.service.firehose.Transformation.Failed;
import dev.aloft.service.firehose.Transformation.Ready;
import dev.aloft.service.firehose.Transformation.Result;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a function made of batches that could not be delivered at once: it is not asked again, however often they are
 * tried.
 */
final class Results {
    private final FirehoseData data;
    private final Store store;

    Results(FirehoseData data, Store store) {
        this.data = data;
        this.store = store;
    }

    private static Key key(Batch batch) {
        return Key.of(batch.streamId(), batch.first());
    }

    Optional<Result> of(Batch batch) {
        var kept = store.<List<KeptResult>>read(tx -> data.results.range(tx, key(batch)).map(Row::value).toList());
        return kept.isEmpty() ? Optional.empty()
                : Optional.of(new Result(kept.stream().filter(it -> it.failure() == null).map(Results::ready).toList(),
                        kept.stream().filter(it -> it.failure() != null).map(Results::failed).toList()));
    }

    void keep(Batch batch, Result result) {
        var all = Stream.concat(result.delivered().stream().map(it -> new KeptResult(it.source(), it.data(),
                it.keys().query(), it.keys().lambda(), null, null)),
                result.failed().stream().map(it -> new KeptResult(it.source(), null, null, null, it.type(),
                        JsonWriter.string(it.document())))).toList();
        store.change(tx -> IntStream.range(0, all.size())
                .forEach(i -> data.results.put(tx, key(batch).and(i), all.get(i))));
    }

    void forget(Tx tx, Batch batch) {
        data.results.deleteAll(tx, key(batch));
    }

    private static Ready ready(KeptResult kept) {
        return new Ready(kept.data(), kept.source(), new Keys(kept.query(), kept.lambda()));
    }

    private static Failed failed(KeptResult kept) {
        var document = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) JsonReader.tree(kept.document())).forEach((name, value) -> document.put(name.toString(), value));
        return new Failed(kept.failure(), kept.source(), document);
    }
}
