package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.delivery.poll.Batch;
import dev.aloft.kernel.delivery.poll.Consumer;
import dev.aloft.kernel.delivery.poll.Item;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.pattern.InputTemplate;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipeTarget.Handover;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Brings batches through the enrichment to the target, all under the pipe's role. What a target refuses of a batch is
 * tried again without the rest, as long as no enrichment has changed the records.
 */
final class PipeConsumer implements Consumer {
    private static final Logger LOG = System.getLogger(PipeConsumer.class.getName());

    private final KeptPipe pipe;
    private final Supplier<Caller> role;
    private final Time time;
    private final PipeLog log;
    private final PipeTemplate toTarget;
    private final PipeEnrichment enrichment;
    private final PipeFunction function;
    private final PipeTarget target;

    /** The target is a function, or not. */
    PipeConsumer(KeptPipe pipe, Endpoint endpoint, WebServers webServers, Supplier<Caller> role, Metrics metrics,
            Time time) {
        this.pipe = pipe;
        this.role = role;
        this.time = time;
        log = new PipeLog(pipe, endpoint, new PipeMeasures(pipe, metrics, time), time);
        var parameters = pipe.settings().targetParameters();
        toTarget = new PipeTemplate(pipe, parameters == null ? null : parameters.inputTemplate());
        enrichment = new PipeEnrichment(pipe, endpoint, webServers, role, time);
        boolean isFunction = Arn.parse(pipe.settings().target()).service().equals("lambda");
        function = isFunction ? new PipeFunction(pipe.settings().target(), endpoint) : null;
        target = isFunction ? null : PipeTargets.of(pipe, endpoint, webServers, time);
    }

    @Override
    public Result consume(Batch batch) {
        var records = batch.items().stream().<Object>map(PipeConsumer::record).toList();
        try (var execution = log.begin(records)) {
            execution.tell(PipeStep.EXECUTION_STARTED, Map.of("payload", records));
            var result = through(execution, records, batch);
            execution.tell(switch (result) {
                case Result.Done _ -> PipeStep.EXECUTION_SUCCEEDED;
                case Result.Some _ -> PipeStep.EXECUTION_PARTIALLY_FAILED;
                case Result.Failed _ -> PipeStep.EXECUTION_FAILED;
                case Result.Busy _ -> PipeStep.EXECUTION_THROTTLED;
            });
            return result;
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

    private Result through(PipeLog.Execution execution, List<Object> records, Batch batch) {
        try {
            var events = enrichment.of(execution, records);
            if (events.isEmpty()) {
                // An enrichment that leaves nothing over ends the matter.
                execution.tell(PipeStep.TARGET_STAGE_SKIPPED);
                return new Result.Done(null);
            }
            return targeted(execution, events, batch);
        } catch (ApiError refused) {
            boolean busy = refused.status() == 429 || refused.code().contains("Throttl");
            return busy ? new Result.Busy() : failed(refused.toString());
        } catch (PipeFunction.Failed | InputTemplate.NoJson | JsonReader.Malformed e) {
            return failed(e.getMessage());
        }
    }

    private Result targeted(PipeLog.Execution execution, List<Object> events, Batch batch) {
        execution.tell(PipeStep.TARGET_STAGE_ENTERED);
        var end = PipeStep.TARGET_STAGE_FAILED;
        try {
            var result = handedOn(execution, transformed(execution, events), batch);
            end = switch (result) {
                case Result.Done _ -> PipeStep.TARGET_STAGE_SUCCEEDED;
                case Result.Some _ -> PipeStep.TARGET_STAGE_PARTIALLY_FAILED;
                case Result.Failed _, Result.Busy _ -> PipeStep.TARGET_STAGE_FAILED;
            };
            return result;
        } finally {
            execution.tell(end);
        }
    }

    private Result failed(String why) {
        LOG.log(Level.WARNING, "A batch of " + pipe.arn() + " was not processed: " + why);
        return new Result.Failed(why);
    }

    private List<Handover> transformed(PipeLog.Execution execution, List<Object> events) {
        execution.tell(PipeStep.TARGET_TRANSFORMATION_STARTED, Map.of("payload", events));
        try {
            var all = events.stream().map(event -> new Handover(event, toTarget.of(event, time.instant()))).toList();
            execution.tell(PipeStep.TARGET_TRANSFORMATION_SUCCEEDED,
                    Map.of("payload", all.stream().map(Handover::input).toList()));
            return all;
        } catch (InputTemplate.NoJson e) {
            execution.failed(PipeStep.TARGET_TRANSFORMATION_FAILED, new PipeLog.Failure(400, e.getMessage(), null),
                    Map.of());
            throw e;
        }
    }

    private Result handedOn(PipeLog.Execution execution, List<Handover> events, Batch batch) {
        execution.tell(PipeStep.TARGET_INVOCATION_STARTED);
        try {
            return function != null ? toFunction(execution, events, batch) : toTarget(execution, events, batch);
        } catch (ApiError refused) {
            execution.failed(PipeStep.TARGET_INVOCATION_FAILED,
                    new PipeLog.Failure(refused.status(), refused.code() + ": " + refused.getMessage(), service()),
                            Map.of());
            throw refused;
        } catch (PipeFunction.Failed e) {
            execution.failed(PipeStep.TARGET_INVOCATION_FAILED, new PipeLog.Failure(200, e.getMessage(), service()),
                    Map.of());
            throw e;
        }
    }

    private String service() {
        return Arn.parse(pipe.settings().target()).service();
    }

    /**
     * A target that takes one event at a time, or fewer than there are, is handed those behind a failure another
     * time.
     */
    private Result toTarget(PipeLog.Execution execution, List<Handover> events, Batch batch) {
        var left = new LinkedHashSet<Integer>();
        String why = null;
        for (int from = 0; from < events.size(); from += target.most()) {
            int to = Math.min(events.size(), from + target.most());
            PipeTarget.Handed handed;
            try {
                handed = target.hand(role.get(), events.subList(from, to));
            } catch (ApiError refused) {
                if (from == 0) {
                    throw refused;
                }
                handed = new PipeTarget.Handed(Map.of(), Map.of(), places(0, to - from), refused.toString());
            }
            for (int place : handed.failed()) {
                left.add(from + place);
            }
            if (!left.isEmpty()) {
                why = handed.why();
                left.addAll(places(to, events.size()));
                break;
            }
            execution.tell(PipeStep.TARGET_INVOCATION_SUCCEEDED,
                    Map.of("awsRequest", handed.request(), "awsResponse", handed.response()));
        }
        return result(execution, left, why, events.size(), batch);
    }

    private static Set<Integer> places(int from, int to) {
        var all = new LinkedHashSet<Integer>();
        for (int i = from; i < to; i++) {
            all.add(i);
        }
        return all;
    }

    private Result result(PipeLog.Execution execution, Set<Integer> left, String why, int events, Batch batch) {
        if (left.isEmpty()) {
            return new Result.Done(null);
        }
        boolean some = left.size() < events && enrichment.isNone();
        execution.failed(some ? PipeStep.TARGET_INVOCATION_PARTIALLY_FAILED : PipeStep.TARGET_INVOCATION_FAILED,
                new PipeLog.Failure(200, why, service()), Map.of());
        return some ? new Result.Some(left.stream().map(place -> batch.items().get(place).id())
                .collect(Collectors.toSet()),
                null, why) : failed(why);
    }

    private Result toFunction(PipeLog.Execution execution, List<Handover> events, Batch batch) {
        var inputs = new ArrayList<>(events.stream().map(Handover::input).toList());
        var parameters = pipe.settings().targetParameters();
        boolean waits = parameters == null || parameters.lambdaFunctionParameters() == null
                || !"FIRE_AND_FORGET".equals(parameters.lambdaFunctionParameters().invocationType());
        if (!waits) {
            function.tell(role.get(), inputs);
            execution.tell(PipeStep.TARGET_INVOCATION_SUCCEEDED, Map.of("awsRequest", function.request(inputs)));
            return new Result.Done(null);
        }
        var answer = function.ask(role.get(), inputs);
        var failures = PipeFunction.failures(answer);
        if (failures.isEmpty()) {
            execution.tell(PipeStep.TARGET_INVOCATION_SUCCEEDED, Map.of("awsRequest", function.request(inputs),
                    "awsResponse", answer == null ? "" : answer));
            return new Result.Done(null);
        }
        boolean known = batch.items().stream().map(Item::id).toList().containsAll(failures);
        execution.failed(known ? PipeStep.TARGET_INVOCATION_PARTIALLY_FAILED : PipeStep.TARGET_INVOCATION_FAILED,
                new PipeLog.Failure(200, "batchItemFailures", "lambda"), Map.of());
        return known ? new Result.Some(failures, null, "batchItemFailures") : new Result.Failed("batchItemFailures");
    }

    @Override
    public void problem(String what) {
        LOG.log(Level.WARNING, pipe.arn() + " cannot read its source: " + what);
    }
}
