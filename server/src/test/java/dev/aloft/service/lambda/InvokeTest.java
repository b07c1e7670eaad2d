package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static dev.aloft.service.lambda.TestLambda.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InvokeTest extends RunningLambda {
    @Test
    void nodeAnswersWithWhatItsHandlerReturns() {
        test.create("node-hello", "nodejs22.x",
                "exports.handler = async (event) => { console.log('hi', event); return {hello: event.name}; }");
        var response = test.invoke("node-hello", "{\"name\":\"Ada\"}");
        assertThat(payload(response)).isEqualTo("{\"hello\":\"Ada\"}");
        assertThat(response.functionError()).isNull();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.executedVersion()).isEqualTo("$LATEST");
        var lines = tail(response);
        assertThat(lines.get(0)).matches("START RequestId: [0-9a-f-]{36} Version: \\$LATEST");
        assertThat(lines.get(1)).matches("\\S+Z\t[0-9a-f-]{36}\tINFO\thi \\{ name: 'Ada' \\}");
        assertThat(lines.get(2)).startsWith("END RequestId: ");
        assertThat(lines.get(3))
                .matches("REPORT RequestId: \\S+\tDuration: [0-9.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\t"
                + "Max Memory Used: \\d+ MB\tInit Duration: [0-9.]+ ms\t");
    }

    @Test
    void pythonAnswersWithWhatItsHandlerReturns() {
        test.create("python-hello", "python3.11", """
                import logging
                logging.getLogger().setLevel('INFO')
                def handler(event, context):
                    print('printed')
                    logging.info('logged\\ntwice')
                    return {'hello': event['name'], 'arn': context.invoked_function_arn}
                """);
        var response = test.invoke("python-hello", "{\"name\":\"Ada\"}");
        assertThat(json(response)).containsEntry("hello", "Ada")
                .containsEntry("arn", "arn:aws:lambda:eu-central-1:123456789012:function:python-hello");
        assertThat(tail(response)).contains("printed")
                .anyMatch(line -> line.matches("\\[INFO\\]\t\\S+Z\t[0-9a-f-]{36}\tlogged"));
    }

    @Test
    void theSameEnvironmentServesTheNextEvent() {
        test.create("counter", "nodejs22.x", "let n = 0; exports.handler = async () => ++n;");
        assertThat(payload(test.invoke("counter", "{}"))).isEqualTo("1");
        assertThat(payload(test.invoke("counter", "{}"))).isEqualTo("2");
        assertThat(payload(test.invoke("counter", "{}"))).isEqualTo("3");
    }

    @Test
    void newCodeIsServedByANewEnvironment() {
        test.create("changing", "nodejs22.x", "exports.handler = async () => 'old';");
        assertThat(payload(test.invoke("changing", "{}"))).isEqualTo("\"old\"");
        test.lambda.updateFunctionCode(caller(), Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("changing")
                .zipFile(TestLambda.zip(Map.of("index.js",
                        "exports.handler = async () => process.env.AB ?? 'new';")))));
        assertThat(payload(test.invoke("changing", "{}"))).isEqualTo("\"new\"");
        test.lambda.updateFunctionConfiguration(caller(),
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("changing")
                .environment(Lambda.Environment.of(e -> e.variables(Map.of("AB", "newest"))))));
        assertThat(payload(test.invoke("changing", "{}"))).isEqualTo("\"newest\"");
    }

    @Test
    void newCodeOfOneFunctionLeavesTheOthersWarm() {
        String counting = "let n = 0; exports.handler = async () => ++n;";
        test.create("edited", "nodejs22.x", counting);
        test.create("beside", "nodejs22.x", counting);
        assertThat(payload(test.invoke("edited", "{}"))).isEqualTo("1");
        assertThat(payload(test.invoke("beside", "{}"))).isEqualTo("1");
        test.lambda.updateFunctionCode(caller(), Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("edited")
                .zipFile(TestLambda.zip(Map.of("index.js", counting + "// edited")))));
        assertThat(payload(test.invoke("edited", "{}"))).isEqualTo("1");
        assertThat(payload(test.invoke("beside", "{}"))).isEqualTo("2");
    }

    @Test
    void theProcessSeesTheDocumentedVariables() {
        test.create("variables", "nodejs20.x", "index.handler",
                Map.of("index.mjs", "export const handler = async () => process.env;"),
                r -> r.memorySize(256)
                .environment(Lambda.Environment.of(e -> e.variables(Map.of("MINE", "it's 'mine'\nall")))));
        assertThat(json(test.invoke("variables", "{}")))
                .containsEntry("MINE", "it's 'mine'\nall")
                .containsEntry("AWS_LAMBDA_FUNCTION_NAME", "variables")
                .containsEntry("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
                .containsEntry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
                .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs20.x")
                .containsEntry("AWS_REGION", "eu-central-1")
                .containsEntry("AWS_SESSION_TOKEN", "token")
                .containsEntry("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
                .containsEntry("LAMBDA_TASK_ROOT", "/var/task")
                .containsEntry("_HANDLER", "index.handler")
                .containsEntry("TZ", ":UTC")
                .containsKey("_X_AMZN_TRACE_ID")
                .doesNotContainKey("HOME");
    }

    @Test
    void aNodeErrorIsTheAnswerWithItsTrace() {
        test.create("node-throws", "nodejs22.x", "exports.handler = async () => { throw new TypeError('boom'); }");
        var response = test.invoke("node-throws", "{}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response)).containsEntry("errorType", "TypeError").containsEntry("errorMessage", "boom");
        assertThat((List<?>) json(response).get("trace")).first().isEqualTo("TypeError: boom");
        assertThat(tail(response))
                .anyMatch(line ->
                        line.contains("\tERROR\tInvoke Error "
                                + "\t{\"errorType\":\"TypeError\",\"errorMessage\":\"boom\",\"stack\":["));
    }

    @Test
    void aNodeRejectionThatIsNoErrorHasItsTypeOnly() {
        test.create("node-string", "nodejs22.x", "exports.handler = async () => { throw 'boom'; }");
        assertThat(payload(test.invoke("node-string", "{}")))
                .isEqualTo("{\"errorType\":\"string\",\"errorMessage\":\"boom\",\"trace\":[]}");
    }

    @Test
    void callbacksAndContextMethodsStillAnswerUntilNode22() {
        test.create("callback", "nodejs22.x",
                "exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'later'), 5);");
        assertThat(payload(test.invoke("callback", "{}"))).isEqualTo("\"later\"");
        test.create("succeed", "nodejs22.x", "exports.handler = (event, context) => { context.succeed('done'); };");
        assertThat(payload(test.invoke("succeed", "{}"))).isEqualTo("\"done\"");
        test.create("nothing", "nodejs22.x", "exports.handler = () => {};");
        assertThat(payload(test.invoke("nothing", "{}"))).isEqualTo("null");
        test.create("callback24", "nodejs24.x", "exports.handler = (event, context, callback) => callback(null, 'x');");
        assertThat(json(test.invoke("callback24", "{}")))
                .containsEntry("errorType", "Runtime.CallbackHandlerDeprecated");
    }

    @Test
    void aPromiseThatIsNeverSettledIsAnUnexpectedExit() {
        test.create("never", "nodejs22.x",
                "let n = 0; exports.handler = async () => ++n > 1 ? n : new Promise(() => {});");
        assertThat(json(test.invoke("never", "{}"))).containsEntry("errorType", "Runtime.NodeJsExit");
        // The process goes on, and functions that are not async answer null.
        assertThat(payload(test.invoke("never", "{}"))).isEqualTo("2");
        test.create("never-sync", "nodejs22.x", "exports.handler = () => new Promise(() => {});");
        assertThat(payload(test.invoke("never-sync", "{}"))).isEqualTo("null");
    }

    @Test
    void anUncaughtExceptionOrRejectionOutsideTheHandlerEndsTheEnvironment() {
        test.create("uncaught", "nodejs22.x",
                "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('late'); }, 1));");
        assertThat(json(test.invoke("uncaught", "{}"))).containsEntry("errorType", "Error")
                .containsEntry("errorMessage", "late");
        test.create("unhandled", "nodejs22.x", "exports.handler = () => new Promise(() => { Promise.reject(new "
                + "Error('lost')); setTimeout(() => {}, 1000); });");
        assertThat(json(test.invoke("unhandled", "{}"))).containsEntry("errorType", "Runtime.UnhandledPromiseRejection")
                .containsEntry("errorMessage", "Error: lost");
    }

    @Test
    void aStreamedAnswerIsGathered() {
        test.create("streamed", "nodejs22.x", """
                exports.handler = awslambda.streamifyResponse(async (event, stream) => {
                  stream.write('one '); stream.write('two'); stream.end();
                });""");
        assertThat(payload(test.invoke("streamed", "{}"))).isEqualTo("one two");
    }

    @Test
    void aMissingNodeModuleHandlerOrBadSyntaxIsToldInAwsWords() {
        test.create("node-missing", "nodejs22.x", "other.handler", Map.of("index.js", ""), _ -> {});
        var missing = json(test.invoke("node-missing", "{}"));
        assertThat(missing).containsEntry("errorType", "Runtime.ImportModuleError");
        assertThat((String) missing.get("errorMessage"))
                .isEqualTo("Error: Cannot find module 'other'\nRequire stack:\n- /var/runtime/index.mjs");
        test.create("node-unexported", "nodejs22.x", "exports.other = 1;");
        assertThat(json(test.invoke("node-unexported", "{}"))).containsEntry("errorType", "Runtime.HandlerNotFound")
                .containsEntry("errorMessage", "index.handler is undefined or not exported");
        test.create("node-syntax", "nodejs22.x", "exports.handler = async ( => {");
        assertThat(json(test.invoke("node-syntax", "{}"))).containsEntry("errorType", "Runtime.UserCodeSyntaxError");
        test.create("node-name", "nodejs22.x", "../index.handler", Map.of("index.js", ""), _ -> {});
        assertThat(json(test.invoke("node-name", "{}"))).containsEntry("errorType", "Runtime.MalformedHandlerName");
    }

    @Test
    void aMissingPythonModuleHandlerOrBadSyntaxIsToldInAwsWords() {
        test.create("python-missing", "python3.11", "other.handler", Map.of("index.py", ""), _ -> {});
        assertThat(json(test.invoke("python-missing", "{}"))).containsEntry("errorType", "Runtime.ImportModuleError")
                .containsEntry("errorMessage", "Unable to import module 'other': No module named 'other'")
                .containsEntry("requestId", "").containsEntry("stackTrace", List.of());
        test.create("python-handler", "python3.11", "x = 1");
        assertThat(json(test.invoke("python-handler", "{}"))).containsEntry("errorType", "Runtime.HandlerNotFound")
                .containsEntry("errorMessage", "Handler 'handler' missing on module 'index'");
        test.create("python-syntax", "python3.11", "def handler(:");
        assertThat(json(test.invoke("python-syntax", "{}"))).containsEntry("errorType", "Runtime.UserCodeSyntaxError");
        test.create("python-name", "python3.11", "nodot", Map.of("index.py", ""), _ -> {});
        assertThat(json(test.invoke("python-name", "{}"))).containsEntry("errorType", "Runtime.MalformedHandlerName")
                .containsEntry("errorMessage", "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)");
    }

    @Test
    void aPythonErrorIsTheAnswerWithItsStackAndId() {
        test.create("python-raises", "python3.11", "def handler(event, context):\n    raise ValueError('boom')\n");
        var response = test.invoke("python-raises", "{}");
        assertThat(json(response)).containsEntry("errorType", "ValueError").containsEntry("errorMessage", "boom")
                .containsEntry("stackTrace",
                        List.of("  File \"/var/task/index.py\", line 2, in handler\n    raise ValueError('boom')\n"));
        assertThat((String) json(response).get("requestId")).hasSize(36);
        assertThat(tail(response)).contains("[ERROR] ValueError: boom", "Traceback (most recent call last):");
    }

    @Test
    void pythonMarshalsDecimalsAndRefusesWhatJsonHasNot() {
        test.create("decimal", "python3.11", "from decimal import Decimal\ndef handler(event, context):\n    return "
                + "[Decimal('1.5'), Decimal('2')]\n");
        assertThat(payload(test.invoke("decimal", "{}"))).isEqualTo("[1.5, 2]");
        test.create("object", "python3.11", "def handler(event, context):\n    return object()\n");
        assertThat(json(test.invoke("object", "{}"))).containsEntry("errorType", "Runtime.MarshalError")
                .containsEntry("errorMessage",
                        "Unable to marshal response: Object of type object is not JSON serializable");
    }

    @Test
    void aFunctionThatTakesTooLongIsStopped() {
        test.create("slow", "nodejs22.x", "index.handler",
                Map.of("index.js", "let n = 0; exports.handler = async (e) => e.hang ? new Promise(() => "
                        + "setInterval(() => {}, 1000)) : ++n;"),
                r -> r.timeout(4));
        assertThat(payload(test.invoke("slow", "{}"))).isEqualTo("1");
        var response = test.invoke("slow", "{\"hang\":true}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(payload(response))
                .matches("\\{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: [0-9a-f-]{36} Error: "
                        + "Task timed out after 4.00 seconds\"}");
        assertThat(tail(response))
                .anyMatch(line -> line.matches("\\S+Z [0-9a-f-]{36} Task timed out after 4.00 seconds"))
                .last().asString().contains("\tDuration: 4000.00 ms\tBilled Duration: 4000 ms\t")
                .endsWith("\tStatus: timeout");
        assertThat(payload(test.invoke("slow", "{}"))).isEqualTo("1");
    }

    /** By control groups at once, elsewhere within a tenth of a second: the memory is held until then. */
    @Test
    void memoryBeyondTheLimitIsToldAsAwsTellsIt() {
        test.create("hog", "python3.12", "index.handler", Map.of("index.py", """
                def handler(event, context):
                    held = bytearray(400 << 20)
                    while True:
                        held[::4096] = held[::4096]
                """), r -> r.memorySize(128).timeout(30));
        var response = test.invoke("hog", "{}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(payload(response)).matches("\\{\"errorType\":\"Runtime.OutOfMemory\",\"errorMessage\":\"RequestId:"
                + " [0-9a-f-]{36} Error: Runtime exited with error: signal: killed\"}");
        assertThat(tail(response)).contains("Runtime.OutOfMemory")
                .last().asString().endsWith("\tStatus: error\tError Type: Runtime.OutOfMemory");
    }

    @Test
    void aProcessThatEndsIsTheAnswer() {
        test.create("exits", "nodejs22.x", "exports.handler = async (e) => process.exit(e.status);");
        assertThat(payload(test.invoke("exits", "{\"status\":3}"))).matches(
                "\\{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: [0-9a-f-]{36} Error: Runtime "
                + "exited with error: exit status 3\"}");
        assertThat((String) json(test.invoke("exits", "{\"status\":0}")).get("errorMessage"))
                .endsWith("Error: Runtime exited without providing a reason");
        test.create("exits-in-init", "python3.11", "import os\nos._exit(9)\n");
        assertThat((String) json(test.invoke("exits-in-init", "{}")).get("errorMessage"))
                .endsWith("Error: Runtime exited with error: exit status 9");
    }

    @Test
    void anAnswerThatIsTooLargeIsRefused() {
        test.create("large", "nodejs22.x", "exports.handler = async () => 'x'.repeat(6291556);");
        assertThat(payload(test.invoke("large", "{}")))
                .isEqualTo("{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size"
                + " (6291556 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
        assertThat(payload(test.invoke("large", "{}"))).contains("ResponseSizeTooLarge");
    }

    @Test
    void aProvidedRuntimeSpeaksTheRuntimeApiOverTcp() {
        test.create("provided", "provided.al2023", "anything", Map.of("bootstrap", """
                #!/bin/bash
                exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\\/}
                while true; do
                  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
                  length=0
                  while IFS= read -r line <&3; do
                    line=${line%$'\\r'}
                    case "$line" in
                      Lambda-Runtime-Aws-Request-Id:*) id=${line#*: } ;;
                      Content-Length:*) length=${line#*: } ;;
                      '') break ;;
                    esac
                  done
                  IFS= read -r -N "$length" event <&3
                  body="got $event from $_HANDLER"
                  echo "in bash"
                  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "$id" "${#body}" "$body" >&3
                  while IFS= read -r line <&3; do [ "$line" = $'\\r' ] && break; done
                  IFS= read -r -N 15 ok <&3
                done
                """), _ -> {});
        var response = test.invoke("provided", "{\"a\":1}");
        assertThat(payload(response)).isEqualTo("got {\"a\":1} from anything");
        assertThat(tail(response)).contains("in bash");
        assertThat(payload(test.invoke("provided", "{\"a\":2}"))).isEqualTo("got {\"a\":2} from anything");
    }

    @Test
    void aProvidedRuntimeWithoutBootstrapIsToldSo() {
        test.create("no-bootstrap", "provided.al2023", "x", Map.of("index.js", ""), _ -> {});
        assertThat(json(test.invoke("no-bootstrap", "{}"))).containsEntry("errorType", "Runtime.InvalidEntrypoint");
    }

    @Test
    void anAnswerSaysWhatItIsAndWhichTraceItBelongsTo() {
        test.create("plain", "nodejs22.x", "exports.handler = async () => 1;");
        var answer = test.invoke("plain", "{}");
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(answer.remappedContentLength()).isEqualTo("0");
        assertThat(answer.traceId()).matches("root=1-[0-9a-f]{8}-[0-9a-f]{24};sampled=0");
        var traced = caller().withTrace("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
        var queued = Lambda.InvokeRequest.of(r -> r.functionName("plain").invocationType("Event"));
        assertThat(test.lambda.invoke(traced, queued).traceId())
                .isEqualTo("root=1-5759e988-bd862e3fe1be46a994272793;parent=53995c3f42cd8ad8;sampled=1");
    }

    @Test
    void whatIsNoJsonIsRefusedInJacksonsWords() {
        test.create("strict", "nodejs22.x", "exports.handler = async () => 1;");
        assertThatThrownBy(() -> test.invoke("strict", "{oops}"))
                .isInstanceOf(Lambda.InvalidRequestContentException.class)
                .hasMessageStartingWith("Could not parse request body into json: Could not parse payload into json: "
                        + "Unexpected character ('o' (code 111))");
        assertThat(payload(test.invoke("strict", ""))).isEqualTo("1");
    }

    @Test
    void aDryRunRunsNothing() {
        test.create("dry", "nodejs22.x", "syntax error");
        var response = test.lambda
                .invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("dry").invocationType("DryRun")));
        assertThat(response.statusCode()).isEqualTo(204);
    }

    @Test
    void anUnknownFunctionOrVersionIsNotFound() {
        assertThatThrownBy(() -> test.invoke("nobody", "{}")).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Function not found: arn:aws:lambda:eu-central-1:123456789012:function:nobody:$LATEST");
        test.create("unversioned", "nodejs22.x", "exports.handler = async () => 1;");
        assertThatThrownBy(() -> test.invoke("unversioned:7", "{}"))
                .isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Function not found: arn:aws:lambda:eu-central-1:123456789012:function:unversioned:7");
    }

    @Test
    void reservedConcurrencyOfZeroThrottles() {
        test.create("throttled", "nodejs22.x", "exports.handler = async () => 1;");
        test.lambda.putFunctionConcurrency(caller(),
                Lambda.PutFunctionConcurrencyRequest.of(r -> r.functionName("throttled")
                        .reservedConcurrentExecutions(0)));
        assertThatThrownBy(() -> test.invoke("throttled", "{}")).isInstanceOf(Lambda.TooManyRequestsException.class)
                .hasMessage("Rate Exceeded.");
    }

    @Test
    void linesReachCloudWatchLogs() {
        test.create("logging", "nodejs22.x", "exports.handler = async () => { console.log('two\\nlines'); };");
        test.invoke("logging", "{}");
        test.time.advance(Duration.ofSeconds(1));
        test.service.flushLogs();
        var events = test.logs.filterLogEvents(caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/logging"))).events();
        assertThat(events).extracting(Logs.FilteredLogEvent::message).satisfiesExactly(
                line -> assertThat(line)
                .matches("INIT_START Runtime Version: nodejs22.x on Node.js v\\S+\tRuntime Version ARN: "
                        + "arn:aws:lambda:eu-central-1::runtime:[0-9a-f]{64}"),
                line -> assertThat(line).startsWith("START RequestId: "),
                line -> assertThat(line).endsWith("\tINFO\ttwo\nlines"),
                line -> assertThat(line).startsWith("END RequestId: "),
                line -> assertThat(line).startsWith("REPORT RequestId: "));
        assertThat(events.getFirst().logStreamName()).matches("2026/01/01/\\[\\$LATEST][0-9a-f]{32}");
    }

    @Test
    void anEventThatFailsIsTriedTwiceMore() {
        test.create("failing", "nodejs22.x", "let n = 0; exports.handler = async (e, c) => { console.log(`try ${++n} "
                + "${c.awsRequestId}`); throw new Error('no'); };");
        var response = test.lambda
                .invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("failing").invocationType("Event")
                .payload(Bytes.of("{}".getBytes(StandardCharsets.UTF_8)))));
        assertThat(response.statusCode()).isEqualTo(202);
        test.time.advance(Duration.ofSeconds(59));
        assertTries(1);
        test.time.advance(Duration.ofSeconds(2));
        assertTries(2);
        test.time.advance(Duration.ofSeconds(117));
        assertTries(2);
        test.time.advance(Duration.ofSeconds(5));
        assertTries(3);
        test.time.advance(Duration.ofHours(1));
        assertTries(3);
    }

    /** What a process wrote is read by a thread of its own, by a real clock. */
    private static void assertTries(long expected) {
        long until = System.nanoTime() + 10_000_000_000L;
        while (tries("failing") < expected && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(tries("failing")).isEqualTo(expected);
    }

    private static long tries(String function) {
        test.service.flushLogs();
        return test.logs.filterLogEvents(caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/" + function)))
                .events().stream().filter(e -> e.message().contains("\tINFO\ttry ")).count();
    }
}
