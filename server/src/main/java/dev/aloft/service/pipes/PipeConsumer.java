package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.poll.Batch;
import dev.aloft.kernel.delivery.poll.Consumer;
import dev.aloft.kernel.delivery.poll.Item;
import dev.aloft.kernel.pattern.InputTemplate;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Brings batches through the enrichment to the target, all under the pipe's role. Functions get a batch whole, as a list, and
 * may name the records of it that they could not process; all other targets get one record after the other.
 */
final class PipeConsumer implements Consumer {
    private static final Logger LOG = System.getLogger(PipeConsumer.class.getName());

    private final KeptPipe pipe;
    private final Lambda lambda;
    private final Targets targets;
    private final Supplier<Caller> role;
    private final Time time;
    private final PipeTemplate toEnrichment;
    private final PipeTemplate toTarget;

    PipeConsumer(KeptPipe pipe, Endpoint endpoint, Targets targets, Supplier<Caller> role, Time time) {
        this.pipe = pipe;
        lambda = Lambda.at(endpoint);
        this.targets = targets;
        this.role = role;
        this.time = time;
        var enrichment = pipe.settings().enrichmentParameters();
        var target = pipe.settings().targetParameters();
        toEnrichment = new PipeTemplate(pipe, enrichment == null ? null : enrichment.inputTemplate());
        toTarget = new PipeTemplate(pipe, target == null ? null : target.inputTemplate());
    }

    /** A function's error. */
    private static final class FunctionFailed extends RuntimeException {
        FunctionFailed(String message) {
            super(message, null, false, false);
        }
    }

    @Override
    public Result consume(Batch batch) {
        try {
            var events = enriched(batch.items().stream().<Object>map(PipeConsumer::record).toList());
            // An enrichment that leaves nothing over ends the matter.
            return events.isEmpty() ? new Result.Done(null) : handedOn(events, batch);
        } catch (ApiError refused) {
            return failed(refused.status() == 429 || refused.code().contains("Throttl") || refused.code()
                    .equals("TooManyRequestsException"),
                    refused.toString());
        } catch (FunctionFailed | InputTemplate.NoJson | JsonReader.Malformed e) {
            return failed(false, e.getMessage());
        }
    }

    /** Pipes have the fields of a Kinesis record beside the others, event source mappings have them below. */
    private static Map<String, Object> record(Item item) {
        if (!(item.event().get("kinesis") instanceof Map<?, ?> fields)) {
            return item.event();
        }
        var record = new LinkedHashMap<String, Object>();
        fields.forEach((name, value) -> record.put(name.toString(), value));
        item.event().forEach((name, value) -> {
            if (!name.equals("kinesis")) {
                record.put(name, value);
            }
        });
        return record;
    }

    private Result failed(boolean busy, String why) {
        LOG.log(Level.WARNING, "A batch of " + pipe.arn() + " was not processed: " + why);
        return busy ? new Result.Busy() : new Result.Failed(why);
    }

    private List<Object> enriched(List<Object> events) {
        var function = pipe.settings().enrichment();
        if (function == null || function.isEmpty()) {
            return events;
        }
        var answer = invoke(function, events.stream().map(event -> toEnrichment.of(event, time.instant())).toList());
        return switch (answer) {
            case null -> List.of();
            case List<?> list -> List.copyOf(list);
            default -> List.of(answer);
        };
    }

    /** A function's answer, a JSON tree. */
    private Object invoke(String function, List<Object> events) {
        var payload = Bytes.of(JsonWriter.bytes(events));
        var response = lambda.invoke(role.get(), Lambda.InvokeRequest.of(r -> r.functionName(function)
                .invocationType(Lambda.InvocationType.REQUEST_RESPONSE).payload(payload)));
        var answer = response.payload() == null ? "" : new String(response.payload().array(), StandardCharsets.UTF_8);
        if (response.functionError() != null) {
            throw new FunctionFailed(response.functionError() + ": " + answer);
        }
        return answer.isBlank() ? null : JsonReader.tree(answer);
    }

    private Result handedOn(List<Object> events, Batch batch) {
        var inputs = events.stream().map(event -> toTarget.of(event, time.instant())).toList();
        var target = Arn.parse(pipe.settings().target());
        if (target.service().equals("lambda")) {
            return toFunction(inputs, batch);
        }
        for (int i = 0; i < inputs.size(); i++) {
            targets.deliver(role.get(), target, event(events.get(i), inputs.get(i), target));
        }
        return new Result.Done(null);
    }

    private Result toFunction(List<Object> inputs, Batch batch) {
        var parameters = pipe.settings().targetParameters();
        boolean waits = parameters == null || parameters.lambdaFunctionParameters() == null
                || !"FIRE_AND_FORGET".equals(parameters.lambdaFunctionParameters().invocationType());
        if (!waits) {
            targets.deliver(role.get(), Arn.parse(pipe.settings().target()), Event.of(JsonWriter.bytes(inputs)));
            return new Result.Done(null);
        }
        var failures = failures(invoke(pipe.settings().target(), inputs));
        var known = batch.items().stream().map(Item::id).toList();
        if (failures.isEmpty()) {
            return new Result.Done(null);
        }
        return known.containsAll(failures) ? new Result.Some(failures, null, "batchItemFailures")
                : new Result.Failed("batchItemFailures");
    }

    private static Set<String> failures(Object answer) {
        var failed = new HashSet<String>();
        if (answer instanceof Map<?, ?> map && map.get("batchItemFailures") instanceof List<?> list) {
            list.forEach(each -> failed.add(each instanceof Map<?, ?> item
                    ? Objects.toString(item.get("itemIdentifier"), "") : ""));
        }
        return failed;
    }

    private Event event(Object record, Object input, Arn target) {
        var parameters = pipe.settings().targetParameters();
        if (target.service().equals("events")) {
            return Event.of(JsonWriter.bytes(busEvent(record, input)));
        }
        var body = input instanceof String text && !target.service().equals("events") ? text : JsonWriter.string(input);
        var event = Event.of(body.getBytes(StandardCharsets.UTF_8));
        if (parameters != null && parameters.sqsQueueParameters() != null) {
            var queue = parameters.sqsQueueParameters();
            event = event.inGroup(PipeTemplate.dynamic(queue.messageGroupId(), record),
                    PipeTemplate.dynamic(queue.messageDeduplicationId(), record));
        }
        if (parameters != null && parameters.kinesisStreamParameters() != null) {
            event = event.withPartitionKey(PipeTemplate.dynamic(parameters.kinesisStreamParameters().partitionKey(),
                    record));
        }
        return event;
    }

    /** Without parameters an event says which pipe it comes through and of what kind its source is. */
    private Map<String, Object> busEvent(Object record, Object input) {
        var parameters = pipe.settings().targetParameters() == null ? null
                : pipe.settings().targetParameters().eventBridgeEventBusParameters();
        var event = new LinkedHashMap<String, Object>();
        event.put("source", parameters == null || parameters.source() == null ? "Pipe " + pipe.name()
                : PipeTemplate.dynamic(parameters.source(), record));
        event.put("detail-type", parameters == null || parameters.detailType() == null ? "Event from aws:"
                + pipe.source().service()
                : PipeTemplate.dynamic(parameters.detailType(), record));
        event.put("detail", input);
        if (parameters != null && parameters.resources() != null) {
            var resources = new ArrayList<String>();
            parameters.resources().forEach(each -> resources.add(PipeTemplate.dynamic(each, record)));
            event.put("resources", resources);
        }
        if (parameters != null && parameters.time() != null) {
            event.put("time", PipeTemplate.dynamic(parameters.time(), record));
        }
        return event;
    }

    @Override
    public void problem(String what) {
        LOG.log(Level.WARNING, pipe.arn() + " cannot read its source: " + what);
    }
}
