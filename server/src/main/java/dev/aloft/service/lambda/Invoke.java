package dev.aloft.service.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.service.lambda.async.AsyncInvocations;
import dev.aloft.service.lambda.durable.DurableExecutions;
import dev.aloft.service.lambda.invoke.FunctionVersion;
import dev.aloft.service.lambda.invoke.Invocation;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Lineage;
import dev.aloft.service.lambda.invoke.ResponseStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The operations Invoke (waited for, queued, or tried dry) and InvokeWithResponseStream.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a>
 */
final class Invoke {
    private static final int MOST_SYNC_BYTES = 6_291_456;
    private static final int MOST_ASYNC_BYTES = 1_048_576;
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);

    private final Functions functions;
    private final Invocations invocations;
    private final AsyncInvocations async;
    private final Recursion recursion;
    private final DurableExecutions durable;
    // Its words are AWS's: Lambda reads payloads with Jackson and tells what Jackson says.
    private final JsonFactory json = new JsonFactory();

    Invoke(Functions functions, Invocations invocations, AsyncInvocations async, DurableExecutions durable,
            Recursion recursion) {
        this.recursion = recursion;
        this.functions = functions;
        this.invocations = invocations;
        this.async = async;
        this.durable = durable;
    }

    Lambda.InvokeResponse invoke(Caller caller, Lambda.InvokeRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        FunctionVersion version = functions.runnable(name);
        Tenancy.checkEvent(version, r.tenantId());
        if (version.durable().isPresent() && name.qualifier() == null) {
            throw new Lambda.InvalidParameterValueException("You cannot invoke a durable function using "
                    + "an unqualified ARN.");
        }
        if (version.durable().isEmpty() && r.durableExecutionName() != null) {
            throw new Lambda.InvalidParameterValueException("Function " + name.name() + " is not a durable function");
        }
        boolean queued = Lambda.InvocationType.EVENT.equals(r.invocationType());
        byte[] event = event(r.payload(), queued ? "Event" : "RequestResponse",
                queued ? MOST_ASYNC_BYTES : MOST_SYNC_BYTES);
        if (Lambda.InvocationType.DRY_RUN.equals(r.invocationType())) {
            return Lambda.InvokeResponse.of(a -> a.statusCode(204).executedVersion(version.version()));
        }
        check(event);
        String context = clientContext(r.clientContext());
        if (version.durable().isPresent()) {
            var function = new DurableExecutions.Function(version.account(), version.region(), version.name(),
                    version.version(), version.durable().get());
            return !queued ? durable.run(caller, function, r.durableExecutionName(), event)
                    : Lambda.InvokeResponse.of(a ->
                    a.statusCode(202)
                    .durableExecutionArn(durable.start(caller, function, r.durableExecutionName(), event)));
        }
        String trace = invocations.trace(version, Lineage.of(caller));
        if (queued) {
            async.promise(caller.withTrace(trace), name.arn(), name.qualifier(), caller.requestId(), event,
                    context, r.tenantId());
            return Lambda.InvokeResponse.of(a -> told(a.statusCode(202), trace));
        }
        recursion.check(name, trace);
        boolean tail = Lambda.LogType.TAIL.equals(r.logType());
        Invocations.Result result = invocations.run(version, caller,
                new Invocation(caller.requestId(), name.qualifiedArn(), event, trace, context)
                        .of(r.tenantId()), tail);
        return Lambda.InvokeResponse.of(a -> told(a.statusCode(200), trace).contentType("application/json")
                .executedVersion(result.executedVersion())
                .functionError(result.outcome().failed() ? "Unhandled" : null)
                .logResult(result.logTail().map(Base64.getEncoder()::encodeToString).orElse(null))
                .payload(Bytes.of(result.outcome().payload())));
    }

    /** Headers that no model of AWS's names, and all answers have. */
    private static Lambda.InvokeResponse.Builder told(Lambda.InvokeResponse.Builder answer, String trace) {
        return answer.traceId(Invocations.toldTrace(trace)).remappedContentLength("0");
    }

    Lambda.InvokeWithResponseStreamResponse stream(Caller caller, Lambda.InvokeWithResponseStreamRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        FunctionVersion version = functions.runnable(name);
        Tenancy.checkEvent(version, r.tenantId());
        if (version.durable().isPresent()) {
            throw ApiError.notBuilt("The streaming of durable functions' answers");
        }
        byte[] event = event(r.payload(), "RequestResponse", MOST_SYNC_BYTES);
        if (Lambda.ResponseStreamingInvocationType.DRY_RUN.equals(r.invocationType())) {
            return Lambda.InvokeWithResponseStreamResponse.of(a -> a.statusCode(204)
                    .executedVersion(version.version()));
        }
        check(event);
        boolean tail = Lambda.LogType.TAIL.equals(r.logType());
        var invocation = new Invocation(caller.requestId(), name.qualifiedArn(), event, chain(caller, name),
                clientContext(r.clientContext())).of(r.tenantId());
        ResponseStream answer = invocations.stream(version, caller, invocation, tail);
        return Lambda.InvokeWithResponseStreamResponse.of(a -> a.statusCode(200)
                .executedVersion(version.version())
                .responseStreamContentType(answer.contentType().orElse(null))
                .eventStream(new StreamedEvents(answer)));
    }

    /** The answer of a function that is called by its URL. */
    ResponseStream answer(Caller caller, FunctionName name, byte[] event) {
        FunctionVersion version = functions.runnable(name);
        if (version.durable().isPresent()) {
            throw ApiError.notBuilt("A function URL of a durable function");
        }
        return invocations.stream(version, caller,
                new Invocation(caller.requestId(), name.qualifiedArn(), event, Lineage.of(caller), null), false);
    }

    /** The operation of 2014, which takes any event and answers before it is looked at. */
    Lambda.InvokeAsyncResponse queue(Caller caller, Lambda.InvokeAsyncRequest r) {
        byte[] event = r.invokeArgs().bytes(MOST_ASYNC_BYTES);
        invoke(caller, Lambda.InvokeRequest.of(i -> i.functionName(r.functionName())
                .invocationType(Lambda.InvocationType.EVENT).payload(Bytes.of(event))));
        return Lambda.InvokeAsyncResponse.of(a -> a.status(202));
    }

    Lambda.ListDurableExecutionsByFunctionResponse executions(Caller caller,
            Lambda.ListDurableExecutionsByFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (r.statuses() != null && r.statuses().size() > 1) {
            throw new Lambda.InvalidParameterValueException("Cannot filter by more than one status");
        }
        String version = functions.configuration(name).version();
        return durable.list(new DurableExecutions.Target(name.account(), name.region(), name.name(), true),
                name.qualifier() == null ? null : version, r);
    }

    /** The trace header with the chain of requests that this one is of, which must be no loop. */
    private String chain(Caller caller, FunctionName name) {
        var trace = Lineage.of(caller);
        recursion.check(name, trace);
        return trace;
    }

    private static byte[] event(Bytes payload, String kind, int most) {
        byte[] event = payload == null || payload.length() == 0 ? NOTHING : payload.array();
        if (event.length > most) {
            throw new Lambda.RequestTooLargeException(event.length + " byte payload is too large for the " + kind
                    + " invocation type (limit " + most + " bytes)");
        }
        return event;
    }

    private void check(byte[] event) {
        try (var parser = json.createParser(event)) {
            while (parser.nextToken() != null) {
                // only whether it is JSON
            }
        } catch (JsonProcessingException e) {
            throw new Lambda.InvalidRequestContentException(
                    "Could not parse request body into json: Could not parse payload into json: " + e.getMessage());
        } catch (IOException e) {
            throw new Lambda.InvalidRequestContentException("Could not parse request body into json: "
                    + e.getMessage());
        }
    }

    private String clientContext(String base64) {
        if (base64 == null) {
            return null;
        }
        try {
            byte[] context = Base64.getDecoder().decode(base64);
            if (isObject(context)) {
                return new String(context, StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException | IOException e) {
            // told below
        }
        throw new Lambda.InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.");
    }

    private boolean isObject(byte[] text) throws IOException {
        try (var parser = json.createParser(text)) {
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            while (parser.nextToken() != null) {
                // only whether it is JSON
            }
            return object;
        }
    }
}
