package dev.aloft.service.lambda.source;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.delivery.poll.Batch;
import dev.aloft.kernel.delivery.poll.Consumer;
import dev.aloft.kernel.delivery.poll.Item;
import dev.aloft.kernel.delivery.poll.Window;
import dev.aloft.service.lambda.invoke.MappingMeasures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Invokes a mapping's function with its batches. */
final class MappingConsumer implements Consumer {
    private static final Logger LOG = System.getLogger(MappingConsumer.class.getName());
    private static final String FAILED = "PROBLEM: Function call failed";

    private final Mapping mapping;
    private final Sources.Functions functions;
    private final MappingMeasures measures;
    private final MappingMeasures pollers;
    private final java.util.function.Consumer<String> result;

    /**
     * @param events  measures events, if the mapping asks for that
     * @param pollers measures event pollers
     * @param result  is told AWS's LastProcessingResult
     */
    MappingConsumer(Mapping mapping, Sources.Functions functions, MappingMeasures events, MappingMeasures pollers,
            java.util.function.Consumer<String> result) {
        this.mapping = mapping;
        this.functions = functions;
        this.measures = events;
        this.pollers = pollers;
        this.result = result;
    }

    @Override
    public Result consume(Batch batch) {
        var result = invoke(batch);
        int events = batch.items().size();
        measures.invoked(events);
        switch (result) {
            case Result.Done _ -> { }
            case Result.Some(var failed, var _, var _) -> measures.failed(failed.size());
            case Result.Failed _, Result.Busy _ -> measures.failed(events);
        }
        return result;
    }

    private Result invoke(Batch batch) {
        var requestId = UUID.randomUUID().toString();
        try {
            var answer = functions.run(mapping, requestId, payload(batch), batch.items());
            var attempted = new Attempted(requestId, 200, answer.executedVersion(), answer.outcome().failed());
            if (answer.outcome().failed()) {
                result.accept(FAILED);
                return new Result.Failed(attempted);
            }
            var read = BatchResponse.read(answer.outcome().payload(), batch, mapping.reportsItemFailures(), attempted);
            result.accept(read instanceof Result.Done ? "OK" : FAILED);
            return read;
        } catch (ApiError refused) {
            result.accept("PROBLEM: " + refused.getMessage());
            return refused.code().equals("RecursiveInvocationException")
                    ? new Result.Failed(new Attempted(requestId, refused.status(), null, false)) : new Result.Busy();
        } catch (RuntimeException fault) {
            LOG.log(Level.ERROR, "A batch of the mapping " + mapping.uuid() + " is tried again", fault);
            result.accept("PROBLEM: Internal error");
            return new Result.Busy();
        }
    }

    @Override
    public void problem(String what) {
        result.accept("PROBLEM: " + what);
    }

    @Override
    public void polled(int items, int unwanted) {
        measures.polled(items);
        if (!mapping.patterns().isEmpty()) {
            measures.filteredOut(unwanted);
        }
    }

    @Override
    public void deleted(int items) {
        measures.deleted(items);
    }

    @Override
    public void pollers(int running) {
        pollers.pollers(running);
    }

    byte[] payload(Batch batch) {
        var out = new JsonWriter().beginObject().name("Records").beginArray();
        for (var item : batch.items()) {
            out.value(item.event());
        }
        out.endArray();
        if (batch.window() != null) {
            window(out, batch.window(), batch.shard());
        }
        return out.endObject().toBytes();
    }

    private void window(JsonWriter out, Window window, String shard) {
        out.name("window").beginObject()
                .name("start").string(window.start().toString())
                .name("end").string(window.end().toString()).endObject()
                .name("state").raw(window.state())
                .name("shardId").string(shard)
                .name("eventSourceARN").string(mapping.configuration().eventSourceArn())
                .name("isFinalInvokeForWindow").bool(window.last())
                .name("isWindowTerminatedEarly").bool(window.terminated());
    }

    /** What is kept of a batch that was given up, for a bucket with the records themselves. */
    String whole(List<Item> items, String shard) {
        return new String(payload(new Batch(items, shard, null)), StandardCharsets.UTF_8);
    }
}
