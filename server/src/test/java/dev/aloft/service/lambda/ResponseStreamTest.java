package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.InvokeWithResponseStreamResponseEvent.InvokeComplete;
import dev.aloft.api.Lambda.InvokeWithResponseStreamResponseEvent.PayloadChunk;
import dev.aloft.wire.IntegrationResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResponseStreamTest extends RunningLambda {
    /** An answer taken to its end. */
    private record Answer(byte[] bytes, Lambda.InvokeWithResponseStreamCompleteEvent end) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static void create(String name, String body) {
        test.create(name, "nodejs22.x", "index.handler",
                Map.of("index.js", "exports.handler = awslambda.streamifyResponse(async (event, out, context) => {"
                        + body + "});"), r -> r.timeout(1));
    }

    private static Lambda.InvokeWithResponseStreamResponse begin(String name) {
        return test.lambda.invokeWithResponseStream(caller(),
                Lambda.InvokeWithResponseStreamRequest.of(r -> r.functionName(name).logType("Tail")));
    }

    private static Answer rest(Lambda.InvokeWithResponseStreamResponse response) {
        var bytes = new ByteArrayOutputStream();
        Lambda.InvokeWithResponseStreamCompleteEvent end = null;
        while (response.eventStream().hasNext()) {
            switch (response.eventStream().next()) {
                case PayloadChunk(var update) -> bytes.writeBytes(update.payload().array());
                case InvokeComplete(var complete) -> end = complete;
            }
        }
        return new Answer(bytes.toByteArray(), end);
    }

    @Test
    void theAnswerIsPassedOnAsItComesAndThenItsEndIsTold() {
        create("pieces", "out.setContentType('text/plain'); out.write('one '); out.write('two'); out.end();");
        var response = begin("pieces");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.executedVersion()).isEqualTo("$LATEST");
        assertThat(response.responseStreamContentType()).isEqualTo("text/plain");
        Answer answer = rest(response);
        assertThat(answer.text()).isEqualTo("one two");
        assertThat(answer.end().errorCode()).isNull();
        assertThat(new String(Base64.getDecoder().decode(answer.end().logResult()), StandardCharsets.UTF_8))
                .startsWith("START RequestId: ").contains("\nREPORT RequestId: ");
    }

    @Test
    void whatCameBeforeTheTimeoutIsTheCallersAlready() {
        create("endless", "out.write('so far'); await new Promise(() => setInterval(() => {}, 1000));");
        var response = begin("endless");
        assertThat(response.eventStream().next()).isInstanceOfSatisfying(PayloadChunk.class,
                chunk -> assertThat(new String(chunk.value().payload().array(), StandardCharsets.UTF_8))
                .isEqualTo("so far"));
        Answer answer = rest(response);
        assertThat(answer.bytes()).isEmpty();
        assertThat(answer.end().errorCode()).isEqualTo("Unhandled");
        assertThat(answer.end().errorDetails())
                .contains("\"errorType\":\"Sandbox.Timedout\"", "Task timed out after 1.00 seconds");
    }

    @Test
    void anErrorInTheMiddleIsToldAtTheEnd() {
        create("breaks", "out.write('so far'); throw new RangeError('no more');");
        Answer answer = rest(begin("breaks"));
        assertThat(answer.text()).isEqualTo("so far");
        assertThat(answer.end().errorCode()).isEqualTo("Unhandled");
        assertThat(answer.end().errorDetails())
                .startsWith("{\"errorType\":\"RangeError\",\"errorMessage\":\"no more\",\"trace\":[");
        assertThat(payload(test.invoke("breaks", "{}"))).startsWith("{\"errorType\":\"RangeError\"");
    }

    @Test
    void anErrorBeforeTheFirstByteIsTheAnswer() {
        create("fails", "throw new RangeError('nothing');");
        var response = begin("fails");
        assertThat(response.responseStreamContentType()).isNull();
        Answer answer = rest(response);
        assertThat(answer.text()).startsWith("{\"errorType\":\"RangeError\",\"errorMessage\":\"nothing\"")
                .isEqualTo(answer.end().errorDetails());
        assertThat(answer.end().errorCode()).isEqualTo("Unhandled");
    }

    @Test
    void aPlainAnswerComesWhole() {
        test.create("plain", "python3.11", "def handler(event, context):\n    return {'a': 1}\n");
        var response = begin("plain");
        assertThat(response.responseStreamContentType()).isEqualTo("application/json");
        assertThat(rest(response).text()).isEqualTo("{\"a\": 1}");
    }

    @Test
    void aCallerThatLeavesIsNotWaitedFor() throws Exception {
        create("leaves", "globalThis.n = (globalThis.n ?? 0) + 1; for (let i = 0; i < 100; i++) "
                + "out.write('x'.repeat(65536)); out.end(String(globalThis.n));");
        var response = begin("leaves");
        ((AutoCloseable) response.eventStream()).close();
        String second = rest(begin("leaves")).text();
        assertThat(second).hasSize(100 * 65536 + 1);
        assertThat(begin("leaves").statusCode()).isEqualTo(200);
    }

    @Test
    void moreThanTwoHundredMegabytesEndTheAnswer() {
        test.create("huge", "nodejs22.x", "index.handler", Map.of("index.js", """
                exports.handler = awslambda.streamifyResponse(async (event, out) => {
                  const piece = Buffer.alloc(1 << 20);
                  for (let i = 0; i < 201; i++) out.write(piece);
                  out.end();
                });"""), r -> r.timeout(30));
        Answer answer = rest(begin("huge"));
        assertThat(answer.bytes()).hasSize(200 << 20);
        assertThat(answer.end().errorDetails()).contains("Function.ResponseSizeTooLarge", "(209715200 bytes)");
    }

    @Test
    void aDryRunRunsNothingAndAnUnknownFunctionIsNotFound() {
        create("dry-stream", "syntax error");
        assertThat(test.lambda.invokeWithResponseStream(caller(),
                Lambda.InvokeWithResponseStreamRequest.of(r -> r.functionName("dry-stream").invocationType("DryRun")))
                .statusCode()).isEqualTo(204);
        assertThatThrownBy(() -> begin("nobody")).isInstanceOf(Lambda.ResourceNotFoundException.class);
    }

    @Test
    void anHttpAnswerHasAPrelude() throws IOException {
        create("http", "out = awslambda.HttpResponseStream.from(out, {statusCode: 201, headers: {'X-A': 'b'}, "
                + "cookies: ['c=d']}); out.write('body'); out.end();");
        var response = begin("http");
        assertThat(response.responseStreamContentType()).isEqualTo(IntegrationResponse.CONTENT_TYPE);
        byte[] bytes = rest(response).bytes();
        var http = IntegrationResponse.read(new ByteArrayInputStream(bytes));
        assertThat(http.status()).isEqualTo(201);
        assertThat(http.headers().first("x-a")).isEqualTo("b");
        assertThat(http.cookies()).containsExactly("c=d");
        assertThat(http.body().readAllBytes()).asString().isEqualTo("body");
        assertThatThrownBy(() ->
                IntegrationResponse.read(new ByteArrayInputStream("{\"statusCode\":200}"
                        .getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IOException.class);
    }
}
