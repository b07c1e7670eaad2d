package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.pattern.InputTemplate;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipeTarget.Handover;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What is made of records on their way: by a function, which gets a batch whole, or by a web server, which is asked
 * for one record at a time. The answer takes the records' place; an empty one ends the matter.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html">Event enrichment</a>
 */
final class PipeEnrichment {
    private final KeptPipe pipe;
    private final Endpoint endpoint;
    private final WebServers webServers;
    private final Supplier<Caller> role;
    private final Time time;
    private final PipeTemplate template;

    PipeEnrichment(KeptPipe pipe, Endpoint endpoint, WebServers webServers, Supplier<Caller> role, Time time) {
        this.pipe = pipe;
        this.endpoint = endpoint;
        this.webServers = webServers;
        this.role = role;
        this.time = time;
        var parameters = pipe.settings().enrichmentParameters();
        template = new PipeTemplate(pipe, parameters == null ? null : parameters.inputTemplate());
    }

    boolean isNone() {
        return pipe.settings().enrichment() == null || pipe.settings().enrichment().isEmpty();
    }

    List<Object> of(PipeLog.Execution execution, List<Object> records) {
        if (isNone()) {
            return records;
        }
        execution.tell(PipeStep.ENRICHMENT_STAGE_ENTERED);
        try {
            var enriched = asked(execution, transformed(execution, records));
            execution.tell(PipeStep.ENRICHMENT_STAGE_SUCCEEDED, Map.of("payload", enriched));
            return enriched;
        } catch (ApiError | PipeFunction.Failed | InputTemplate.NoJson | JsonReader.Malformed e) {
            execution.tell(PipeStep.ENRICHMENT_STAGE_FAILED);
            throw e;
        }
    }

    private List<Handover> transformed(PipeLog.Execution execution, List<Object> records) {
        execution.tell(PipeStep.ENRICHMENT_TRANSFORMATION_STARTED, Map.of("payload", records));
        try {
            var all = records.stream().map(each -> new Handover(each, template.of(each, time.instant()))).toList();
            execution.tell(PipeStep.ENRICHMENT_TRANSFORMATION_SUCCEEDED,
                    Map.of("payload", all.stream().map(Handover::input).toList()));
            return all;
        } catch (InputTemplate.NoJson e) {
            execution.failed(PipeStep.ENRICHMENT_TRANSFORMATION_FAILED, new PipeLog.Failure(400, e.getMessage(), null),
                    Map.of());
            throw e;
        }
    }

    private List<Object> asked(PipeLog.Execution execution, List<Handover> records) {
        var arn = Arn.parse(pipe.settings().enrichment());
        execution.tell(PipeStep.ENRICHMENT_INVOCATION_STARTED);
        try {
            return webServers.takes(arn) ? askedServer(execution, arn, records)
                    : askedFunction(execution, arn, records);
        } catch (ApiError refused) {
            execution.failed(PipeStep.ENRICHMENT_INVOCATION_FAILED, new PipeLog.Failure(refused.status(),
                    refused.code() + ": " + refused.getMessage(), arn.service()), Map.of());
            throw refused;
        } catch (PipeFunction.Failed e) {
            execution.failed(PipeStep.ENRICHMENT_INVOCATION_FAILED,
                    new PipeLog.Failure(200, e.getMessage(), arn.service()), Map.of());
            throw e;
        }
    }

    private List<Object> askedFunction(PipeLog.Execution execution, Arn arn, List<Handover> records) {
        var function = new PipeFunction(arn.toString(), endpoint);
        var inputs = records.stream().map(Handover::input).toList();
        var answer = function.ask(role.get(), inputs);
        execution.tell(PipeStep.ENRICHMENT_INVOCATION_SUCCEEDED,
                Map.of("awsRequest", function.request(inputs), "awsResponse", answer == null ? "" : answer));
        return events(answer);
    }

    private List<Object> askedServer(PipeLog.Execution execution, Arn arn, List<Handover> records) {
        var parameters = pipe.settings().enrichmentParameters() == null ? null
                : pipe.settings().enrichmentParameters().httpParameters();
        var all = new ArrayList<>();
        for (var each : records) {
            var request = parameters == null ? PipeTargets.request(each, null, null, null)
                    : PipeTargets.request(each, parameters.pathParameterValues(), parameters.headerParameters(),
                            parameters.queryStringParameters());
            var answer = new String(webServers.send(role.get(), arn, request), StandardCharsets.UTF_8);
            execution.tell(PipeStep.ENRICHMENT_INVOCATION_SUCCEEDED,
                    Map.of("awsRequest", PipeTargets.told(request), "awsResponse", answer));
            all.addAll(events(answer.isBlank() ? null : tree(answer)));
        }
        return all;
    }

    /** A server may answer any text. */
    private static Object tree(String text) {
        try {
            return JsonReader.tree(text);
        } catch (JsonReader.Malformed _) {
            return text;
        }
    }

    private static List<Object> events(Object answer) {
        return switch (answer) {
            case null -> List.of();
            case List<?> list -> List.copyOf(list);
            case Map<?, ?> map when map.isEmpty() -> List.of();
            case String text when text.isEmpty() -> List.of();
            default -> List.of(answer);
        };
    }
}
