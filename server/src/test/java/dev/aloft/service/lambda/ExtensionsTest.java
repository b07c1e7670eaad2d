package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExtensionsTest extends RunningLambda {
    /** What extensions of these tests have in common. */
    private static final String PYTHON = """
            #!/usr/bin/python3
            import http.client, json, os, sys, time
            from http.server import BaseHTTPRequestHandler, HTTPServer
            name = os.path.basename(sys.argv[0])
            def ask(method, path, body=None, **headers):
                api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
                api.request(method, path, None if body is None else json.dumps(body), {k.replace('_', '-'): v for k, v in headers.items()})
                answer = api.getresponse()
                text = answer.read().decode()
                return answer.status, answer.headers, text
            def note(*words):
                with open('/tmp/notes', 'a') as file:
                    print(*words, file=file)
            def register(*events):
                return ask('POST', '/2020-01-01/extension/register', {'events': list(events)}, Lambda_Extension_Name=name,
                           Lambda_Extension_Accept_Feature='accountId')
            def next(id):
                return ask('GET', '/2020-01-01/extension/event/next', Lambda_Extension_Identifier=id)
            """;

    private static final String NOTES = "const fs = require('fs'); const notes = () => fs.existsSync('/tmp/notes') ? "
            + "fs.readFileSync('/tmp/notes', 'utf8') : '';\n";

    private static void create(String name, String source, Map<String, String> extensions) {
        create(name, source, extensions, 20);
    }

    private static void create(String name, String source, Map<String, String> extensions, int timeout) {
        var files = new java.util.HashMap<String, String>();
        extensions.forEach((extension, script) ->
                files.put("extensions/" + extension, script.startsWith("#!") ? script : PYTHON + script));
        var layer = test.lambda
                .publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> r.layerName(name)
                .content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(TestLambda.zip(files))))));
        test.create(name, "nodejs22.x", "index.handler", Map.of("index.js", NOTES + source),
                r -> r.layers(List.of(layer.layerVersionArn())).timeout(timeout));
    }

    private static List<String> lines(String function) {
        test.time.advance(Duration.ofSeconds(1));
        test.service.flushLogs();
        return test.logs.filterLogEvents(caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/" + function)))
                .events().stream().map(Logs.FilteredLogEvent::message).toList();
    }

    private static void awaitLine(String function, String part) {
        long until = System.nanoTime() + 10_000_000_000L;
        while (lines(function).stream().noneMatch(line -> line.contains(part))) {
            assertThat(System.nanoTime()).as(() -> part + " in " + lines(function)).isLessThan(until);
        }
    }

    @Test
    void anExternalExtensionStartsBeforeTheRuntimeAndHearsOfEachEvent() {
        create("hears", "const atStart = notes(); exports.handler = async () => atStart + notes();", Map.of("ear", """
                status, headers, text = register('INVOKE', 'SHUTDOWN')
                id = headers['Lambda-Extension-Identifier']
                print('extension line')
                note('registered', status, text, sorted(k for k in os.environ if k.startswith(('AWS_LAMBDA_LOG', 'LAMBDA_', '_'))))
                while True:
                    status, headers, text = next(id)
                    event = json.loads(text)
                    note(event['eventType'], sorted(event), headers['Lambda-Extension-Event-Identifier'] is not None)
                    if event['eventType'] == 'SHUTDOWN':
                        print('ends for', event['shutdownReason'])
                        sys.exit(0)
                """));
        assertThat(payload(test.invoke("hears", "{}"))).contains(
                "registered 200 "
                + "{\\\"functionName\\\":\\\"hears\\\",\\\"functionVersion\\\":\\\"$LATEST\\\","
                + "\\\"handler\\\":\\\"index.handler\\\",\\\"accountId\\\":\\\"123456789012\\\"} []");
        assertThat(payload(test.invoke("hears", "{}"))).contains(
                "INVOKE ['deadlineMs', 'eventType', 'invokedFunctionArn', 'requestId', 'tracing'] True");
        test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(r -> r.functionName("hears")));
        awaitLine("hears", "ends for spindown");
        assertThat(lines("hears"))
                .contains("extension line", "EXTENSION\tName: ear\tState: Ready\tEvents: [INVOKE, SHUTDOWN]")
                .filteredOn(line -> line.startsWith("INIT_START") || line.startsWith("EXTENSION")
                        || line.startsWith("START"))
                .element(1).asString().startsWith("EXTENSION");
    }

    @Test
    void whileExtensionsAreAtWorkTheEventCountsAsConcurrency() {
        create("counts", "exports.handler = async () => 'answered';", Map.of("busy", """
                id = register('INVOKE')[1]['Lambda-Extension-Identifier']
                next(id)
                time.sleep(60)
                """));
        test.lambda.putFunctionConcurrency(caller(), Lambda.PutFunctionConcurrencyRequest.of(r -> r
                .functionName("counts").reservedConcurrentExecutions(1)));
        var request = Lambda.InvokeRequest.of(r -> r.functionName("counts"));
        assertThat(payload(test.lambda.invoke(caller(), request))).isEqualTo("\"answered\"");
        assertThatThrownBy(() -> test.lambda.invoke(caller(), request))
                .isInstanceOf(Lambda.TooManyRequestsException.class);
    }

    @Test
    void whoWantsTheTailOfTheLogWaitsForItsReport() {
        create("overruns", "exports.handler = async () => 'answered';", Map.of("overruns", """
                id = register('INVOKE')[1]['Lambda-Extension-Identifier']
                next(id)
                time.sleep(60)
                """), 2);
        var response = test.invoke("overruns", "{}");
        assertThat(payload(response)).isEqualTo("\"answered\"");
        assertThat(response.functionError()).isNull();
        assertThat(new String(Base64.getDecoder().decode(response.logResult()))).contains("\nREPORT ",
                "\tStatus: timeout");
    }

    @Test
    void theEventIsOverWhenTheLastExtensionAsksForMoreAndTheCallerDoesNotWaitForIt() {
        create("slow-ear", "let n = 0; exports.handler = async () => ++n;", Map.of("slow", """
                id = register('INVOKE')[1]['Lambda-Extension-Identifier']
                while True:
                    next(id)
                    time.sleep(0.3)
                """));
        long begun = System.nanoTime();
        var response = test.lambda.invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("slow-ear")));
        assertThat(payload(response)).isEqualTo("1");
        awaitLine("slow-ear", "REPORT");
        assertThat(System.nanoTime() - begun).isGreaterThan(300_000_000L);
        assertThat(lines("slow-ear").stream().filter(l -> l.startsWith("REPORT")).findFirst().orElseThrow())
                .matches("(?s).*\tDuration: [3-9]\\d\\d\\.\\d\\d ms\t.*");
    }

    @Test
    void anExtensionThatEndsFailsTheEnvironment() {
        create("crash", "exports.handler = async () => new Promise(r => setTimeout(r, 2000));", Map.of("crash", """
                id = register('INVOKE')[1]['Lambda-Extension-Identifier']
                next(id)
                sys.exit(int(os.path.exists('/tmp/notes')))
                """));
        var response = test.invoke("crash", "{}");
        assertThat(payload(response))
                .matches("\\{\"errorType\":\"Extension.Crash\",\"errorMessage\":\"RequestId: [0-9a-f-]{36} "
                        + "Error: exit code 0\"}");
        assertThat(TestLambda.tail(response)).last().asString().endsWith("Status: error\tError Type: Extension.Crash");
    }

    @Test
    void anExtensionThatTellsOfAnErrorInInitFailsItTwice() {
        create("init-error", "exports.handler = async () => 1;", Map.of("bad", """
                id = register('INVOKE')[1]['Lambda-Extension-Identifier']
                print(*ask('POST', '/2020-01-01/extension/init/error', {}, Lambda_Extension_Identifier=id,
                    Lambda_Extension_Function_Error_Type='Extension.NoConfig')[::2])
                sys.exit(1)
                """));
        assertThat(json(test.invoke("init-error", "{}"))).containsEntry("errorType", "Extension.InitError");
        assertThat(lines("init-error"))
                .contains("EXTENSION\tName: bad\tState: InitError\tEvents: [INVOKE]\tError Type: Extension.NoConfig")
                .anyMatch(l -> l
                        .matches("INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: error\tError Type: "
                                + "Extension.InitError"))
                .anyMatch(l -> l
                        .matches("INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: invoke\tStatus: error\tError Type: "
                                + "Extension.InitError"));
    }

    @Test
    void whatIsNotAllowedIsRefusedInAwsWords() {
        create("refused", "exports.handler = async () => notes();", Map.of("rude", """
                note(*ask('POST', '/2020-01-01/extension/register', {'events': []})[::2])
                note(*ask('POST', '/2020-01-01/extension/register', {'events': ['SLEEP']}, Lambda_Extension_Name=name)[::2])
                note(*ask('POST', '/2020-01-01/extension/register', {'events': ['SHUTDOWN']}, Lambda_Extension_Name='internal')[::2])
                note(*ask('GET', '/2020-01-01/extension/event/next')[::2])
                note(*ask('GET', '/2020-01-01/extension/event/next', Lambda_Extension_Identifier='x')[::2])
                note(*ask('GET', '/2020-01-01/extension/event/next', Lambda_Extension_Identifier='12345678-1234-1234-1234-123456789012')[::2])
                id = register('INVOKE')[1]['Lambda-Extension-Identifier']
                note(*register('INVOKE')[::2])
                note(*ask('POST', '/2020-01-01/extension/exit/error', {}, Lambda_Extension_Identifier=id)[::2])
                next(id)
                note(*ask('POST', '/2020-01-01/extension/register', {'events': ['INVOKE']}, Lambda_Extension_Name='late')[::2])
                while True:
                    next(id)
                """));
        test.invoke("refused", "{}");
        assertThat(payload(test.invoke("refused", "{}")).replace("\\\"", "\"").replace("\\n", "\n").lines())
                .map(l -> l.replaceAll("^\"", "")).startsWith(
                "403 {\"errorMessage\":\"Empty extension name\",\"errorType\":\"Extension.InvalidExtensionName\"}",
                "403 {\"errorMessage\":\"SLEEP: ErrorInvalidEventType\",\"errorType\":\"Extension.InvalidEventType\"}",
                "403 {\"errorMessage\":\"SHUTDOWN: "
                + "ShutdownEventNotSupportedForInternalExtension\",\"errorType\":\"Extension.InvalidEventType\"}",
                "403 {\"errorMessage\":\"Missing Lambda-Extension-Identifier "
                + "header\",\"errorType\":\"Extension.MissingExtensionIdentifier\"}",
                "403 {\"errorMessage\":\"Invalid "
                + "Lambda-Extension-Identifier\",\"errorType\":\"Extension.InvalidExtensionIdentifier\"}",
                "403 {\"errorMessage\":\"Unknown extension "
                + "12345678-1234-1234-1234-123456789012\",\"errorType\":\"Extension.UnknownExtensionIdentifier\"}",
                "403 {\"errorMessage\":\"State transition from Registered to Registered failed for extension rude. "
                + "Error: State transition is not allowed\",\"errorType\":\"Extension.InvalidExtensionState\"}",
                "403 {\"errorMessage\":\"Lambda-Extension-Function-Error-Type not "
                + "found\",\"errorType\":\"Extension.MissingHeader\"}",
                "403 {\"errorMessage\":\"Extension registration closed "
                + "already\",\"errorType\":\"Extension.RegistrationClosed\"}");
    }

    @Test
    void anInternalExtensionRegistersFromTheFunctionsOwnProcess() {
        test.create("internal", "nodejs22.x", "index.handler", Map.of("index.mjs", """
                const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
                const events = [];
                const registered = await fetch(api + 'register', {method: 'POST', body: '{"events":["INVOKE"]}', headers: {'Lambda-Extension-Name': 'inside'}});
                const id = registered.headers.get('lambda-extension-identifier');
                const ask = () => fetch(api + 'event/next', {headers: {'Lambda-Extension-Identifier': id}}).then(r => r.json()).then(e => { events.push(e.eventType); setTimeout(ask, 0); });
                ask();
                export const handler = async () => { await new Promise(r => setTimeout(r, 50)); return events; };
                """), r -> r.timeout(5));
        assertThat(payload(test.invoke("internal", "{}"))).isEqualTo("[\"INVOKE\"]");
        assertThat(lines("internal")).contains("EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]");
    }

    @Test
    void moreThanTenAreTooMany() {
        var eleven = new java.util.HashMap<String, String>();
        for (int i = 10; i <= 20; i++) {
            eleven.put("e" + i, "#!/bin/sh\nexec sleep 100\n");
        }
        create("eleven", "exports.handler = async () => 1;", eleven);
        assertThat(json(test.invoke("eleven", "{}"))).containsEntry("errorType", "Extension.LaunchError");
        awaitLine("eleven", "EXTENSION\tName: e20\tState: LaunchError\tEvents: []\tError Type: TooManyExtensions");
    }

    @Test
    void afterATimeoutTheyAreToldAndStartAgainInTheSameFiles() {
        create("told", "exports.handler = async (e) => e.hang ? new Promise(() => setInterval(() => {}, 1000)) : notes();", Map.of("told", """
                id = register('INVOKE', 'SHUTDOWN')[1]['Lambda-Extension-Identifier']
                note('up')
                while True:
                    event = json.loads(next(id)[2])
                    if event['eventType'] == 'SHUTDOWN':
                        note('down for', event['shutdownReason'], 0 < event['deadlineMs'] - time.time() * 1000 <= 2000)
                        sys.exit(0)
                """), 4);
        assertThat(payload(test.invoke("told", "{}"))).isEqualTo("\"up\\n\"");
        assertThat(json(test.invoke("told", "{\"hang\":true}"))).containsEntry("errorType", "Sandbox.Timedout");
        awaitLine("told", "Status: timeout");
        assertThat(payload(test.invoke("told", "{}"))).contains("up");
    }
}
