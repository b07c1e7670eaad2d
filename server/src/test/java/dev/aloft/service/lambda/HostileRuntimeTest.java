package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Lambda;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runtimes that do what they should not: each gets AWS's answer, and the platform goes on. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileRuntimeTest extends RunningLambda {
    private static final String RUNTIME = """
            #!/usr/bin/python3
            import json, os, socket, sys, time
            host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
            def connect():
                return socket.create_connection((host, int(port)))
            line = connect()
            def read(line):
                data = b''
                while b'\\r\\n\\r\\n' not in data:
                    more = line.recv(65536)
                    if not more:
                        return 0, {}, data
                    data += more
                head, body = data.split(b'\\r\\n\\r\\n', 1)
                lines = head.decode().split('\\r\\n')
                headers = dict(l.split(': ', 1) for l in lines[1:])
                while len(body) < int(headers['Content-Length']):
                    body += line.recv(65536)
                return int(lines[0].split()[1]), headers, body.decode()
            def ask(method, path, body='', *more):
                line.sendall(('%s /2018-06-01/runtime/%s HTTP/1.1\\r\\nHost: x\\r\\n%sContent-Length: %d\\r\\n\\r\\n%s'
                              % (method, path, ''.join(h + '\\r\\n' for h in more), len(body), body)).encode())
                return read(line)
            def next():
                return ask('GET', 'invocation/next')[1]['Lambda-Runtime-Aws-Request-Id']
            def answer(id, body, *more):
                return ask('POST', 'invocation/%s/response' % id, body, *more)
            """;

    @AfterAll
    static void goesOn() {
        test.create("after-all", "python3.11", "def handler(event, context):\n    return 'still here'\n");
        assertThat(payload(test.invoke("after-all", "{}"))).isEqualTo("\"still here\"");
    }

    private static void create(String name, String script) {
        test.create(name, "provided.al2023", "x", Map.of("bootstrap", RUNTIME + script), r -> r.timeout(4));
    }

    private static String invoke(String name) {
        return payload(test.lambda.invoke(TestLambda.caller(), Lambda.InvokeRequest.of(r -> r.functionName(name))));
    }

    @Test
    void theSecondAnswerIsRefusedAndTheFirstIsTold() {
        create("twice", """
                while True:
                    id = next()
                    before = open('/tmp/second').read() if os.path.exists('/tmp/second') else ''
                    answer(id, json.dumps(['first', before]))
                    status, _, body = answer(id, '"second"')
                    open('/tmp/second', 'w').write('%s %s' % (status, body))
                """);
        assertThat(invoke("twice")).isEqualTo("[\"first\", \"\"]");
        assertThat(invoke("twice"))
                .isEqualTo("[\"first\", \"403 {\\\"errorMessage\\\":\\\"State transition from "
                        + "RuntimeResponseSentState to InvocationResponse"
                + " failed for runtime. Error: State transition is not "
                + "allowed\\\",\\\"errorType\\\":\\\"InvalidStateTransition\\\"}\"]");
    }

    @Test
    void anAnswerToAnotherEventIsRefused() {
        create("other", """
                while True:
                    id = next()
                    status, _, body = answer('12345678-1234-1234-1234-123456789012', '"x"')
                    answer(id, json.dumps([status, body]))
                """);
        assertThat(invoke("other"))
                .isEqualTo("[400, \"{\\\"errorMessage\\\":\\\"Invalid request "
                        + "ID\\\",\\\"errorType\\\":\\\"InvalidRequestID\\\"}\"]");
    }

    @Test
    void whoAsksAgainBeforeItAnswersGetsTheSameEventAgain() {
        create("again",
                "while True:\n    answer(next(), json.dumps('answered')) if next() == next() else sys.exit(9)\n");
        assertThat(invoke("again")).isEqualTo("\"answered\"");
    }

    @Test
    void whoEndsAtOnceAfterItToldWhyIsToldOfByThat() {
        create("told", """
                ask('POST', 'init/error', '{"errorMessage": "no luck", "errorType": "Function.NoLuck"}',
                    'Lambda-Runtime-Function-Error-Type: Function.NoLuck')
                os._exit(1)
                """);
        for (int i = 0; i < 10; i++) {
            assertThat(json(test.invoke("told", "{}"))).containsEntry("errorType", "Function.NoLuck");
        }
    }

    @Test
    void whoNeverAnswersTimesOut() {
        create("never", "next()\ntime.sleep(100)\n");
        assertThat(json(test.invoke("never", "{}"))).containsEntry("errorType", "Sandbox.Timedout");
    }

    @Test
    void whoEndsBetweenTheEventAndItsAnswerIsTheAnswer() {
        create("dies", "next()\nos._exit(4)\n");
        assertThat(invoke("dies")).endsWith("Error: Runtime exited with error: exit status 4\"}");
    }

    @Test
    void halfAnAnswerIsNone() {
        create("half", """
                id = next()
                line.sendall(('POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nContent-Length: 6000000\\r\\n\\r\\n' % id).encode())
                # More than waits unread on the way: it is an answer before its end is seen.
                line.sendall(b'h' * 5500000)
                line.close()
                line = connect()
                while True:
                    answer(next(), '"whole"')
                """);
        assertThat(json(test.invoke("half", "{}"))).containsEntry("errorType", "Runtime.TruncatedResponse");
        assertThat(invoke("half")).isEqualTo("\"whole\"");
        create("half-and-dies", """
                id = next()
                line.sendall(('POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhal' % id).encode())
                os._exit(5)
                """);
        assertThat(invoke("half-and-dies")).endsWith("Error: Runtime exited with error: exit status 5\"}");
    }

    @Test
    void anUnknownResponseModeIsAnError() {
        create("mode", """
                id = next()
                status, _, body = answer(id, '"x"', 'Lambda-Runtime-Function-Response-Mode: sideways')
                while True:
                    answer(next(), json.dumps([status, json.loads(body)['errorType']]))
                """);
        assertThat(json(test.invoke("mode", "{}"))).containsEntry("errorType", "Runtime.InvalidResponseModeHeader");
        assertThat(invoke("mode")).isEqualTo("[400, \"InvalidFunctionResponseMode\"]");
    }

    @Test
    void nonsenseEndsTheConnectionAndNothingElse() {
        create("nonsense", """
                for junk in (b'nonsense\\r\\n\\r\\n', b'\\0' * 100 + b'\\r\\n\\r\\n', b'POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nContent-Length: many\\r\\n\\r\\n',
                             b'GET /' + b'x' * 2000000 + b' HTTP/1.1\\r\\n\\r\\n'):
                    other = connect()
                    try:
                        other.sendall(junk)
                        other.recv(100)
                    except OSError:
                        pass
                    other.close()
                while True:
                    answer(next(), '"well"')
                """);
        assertThat(invoke("nonsense")).isEqualTo("\"well\"");
    }

    @Test
    void aFloodOfLinesIsCutAndTheAnswerComes() {
        create("floods", """
                while True:
                    id = next()
                    for _ in range(20):
                        os.write(1, b'line\\n' * 20000)
                    os.write(1, b'\\xa5\\x5a\\x00\\x03\\x7f\\xff\\xff\\xff' + b'\\0' * 8 + b'a frame without its end')
                    answer(id, '"done"')
                """);
        long before = used();
        assertThat(invoke("floods")).isEqualTo("\"done\"");
        assertThat(used() - before).isLessThan(100L << 20);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void anEventIsOverAtTheTimeoutAlsoWhenTheAnswerCameAndNobodyAsksForMore() {
        create("lingers", "answer(next(), '\"early\"')\ntime.sleep(100)\n");
        assertThat(invoke("lingers")).isEqualTo("\"early\"");
        long until = System.nanoTime() + 10_000_000_000L;
        while (lines("lingers").noneMatch(line -> line.endsWith("\tStatus: timeout"))) {
            assertThat(System.nanoTime()).isLessThan(until);
        }
    }

    private static java.util.stream.Stream<String> lines(String function) {
        test.time.advance(java.time.Duration.ofSeconds(1));
        test.service.flushLogs();
        return test.logs.filterLogEvents(TestLambda.caller(),
                dev.aloft.api.Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/" + function)))
                .events().stream().map(dev.aloft.api.Logs.FilteredLogEvent::message);
    }
}
