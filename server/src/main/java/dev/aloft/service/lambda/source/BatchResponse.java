package dev.aloft.service.lambda.source;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.delivery.poll.Batch;
import dev.aloft.kernel.delivery.poll.Consumer.Result;
import dev.aloft.kernel.delivery.poll.Item;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a function answers to a batch.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html">Partial batch
 *     responses</a>
 */
final class BatchResponse {
    private BatchResponse() {}

    /**
     * Nothing and no failures is success, and so is what is read as nothing, an empty text or list; anything that
     * cannot be understood is a failure of the whole batch.
     */
    static Result read(byte[] payload, Batch batch, boolean reportsItemFailures, Object detail) {
        Object answer;
        try {
            answer = payload == null || payload.length == 0 ? null : JsonReader.tree(payload);
        } catch (JsonReader.Malformed _) {
            return reportsItemFailures ? new Result.Failed(detail) : new Result.Done(null);
        }
        var state = batch.window() != null && answer instanceof Map<?, ?> map && map.get("state") != null
                ? JsonWriter.string(map.get("state")) : null;
        if (!reportsItemFailures || answer == null || "".equals(answer) || List.of().equals(answer)) {
            return new Result.Done(state);
        }
        if (!(answer instanceof Map<?, ?> map)) {
            return new Result.Failed(detail);
        }
        var failures = map.get("batchItemFailures");
        if (failures == null) {
            return new Result.Done(state);
        }
        var failed = failures instanceof List<?> list ? identifiers(list, batch) : Optional.<Set<String>>empty();
        if (failed.isEmpty()) {
            return new Result.Failed(detail);
        }
        return failed.get().isEmpty() ? new Result.Done(state) : new Result.Some(failed.get(), state, detail);
    }

    private static Optional<Set<String>> identifiers(List<?> failures, Batch batch) {
        var known = batch.items().stream().map(Item::id).collect(Collectors.toSet());
        var failed = new HashSet<String>();
        for (var failure : failures) {
            if (!(failure instanceof Map<?, ?> map && map.get("itemIdentifier") instanceof String id
                    && known.contains(id))) {
                return Optional.empty();
            }
            failed.add(id);
        }
        return Optional.of(failed);
    }
}
