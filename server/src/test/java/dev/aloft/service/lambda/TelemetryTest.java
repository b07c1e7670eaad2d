package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TelemetryTest {
    /** Listens, subscribes with what the test says, and notes each entry that comes. */
    private static final String LISTENER = """
            #!/usr/bin/python3
            import http.client, json, os, sys, threading
            from http.server import BaseHTTPRequestHandler, HTTPServer
            def ask(method, path, body=None, **headers):
                api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
                api.request(method, path, None if body is None else json.dumps(body), {k.replace('_', '-'): v for k, v in headers.items()})
                answer = api.getresponse()
                return answer.status, answer.headers, answer.read().decode()
            def note(text):
                with open('/tmp/notes', 'a') as file:
                    file.write(text + '\\n')
            class Listener(BaseHTTPRequestHandler):
                def do_POST(self):
                    for entry in json.loads(self.rfile.read(int(self.headers['Content-Length']))):
                        note(json.dumps(entry, separators=(',', ':'), sort_keys=True))
                    self.send_response(200)
                    self.end_headers()
                def log_message(self, *_):
                    pass
            id = ask('POST', '/2020-01-01/extension/register', {'events': ['INVOKE', 'SHUTDOWN']}, Lambda_Extension_Name=os.path.basename(sys.argv[0]))[1]['Lambda-Extension-Identifier']
            server = HTTPServer(('sandbox.localdomain', 0), Listener)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            def subscribe(path, body):
                body = json.loads(json.dumps(body).replace('PORT', str(server.server_port)))
                status, _, text = ask('PUT', path, body, Lambda_Extension_Identifier=id)
                note('subscribed %s %s' % (status, text))
            SUBSCRIBE
            print('ready', flush=True)
            while True:
                event = json.loads(ask('GET', '/2020-01-01/extension/event/next', Lambda_Extension_Identifier=id)[2])
                if event['eventType'] == 'SHUTDOWN':
                    sys.exit(0)
            """;
    private static final String FUNCTION =
            "exports.handler = async () => { console.log('two\\nlines'); await new Promise(r => setTimeout(r, 150));"
            + " return require('fs').readFileSync('/tmp/notes', 'utf8'); }";

    @TempDir
    static Path folder;

    private static TestLambda test;

    @BeforeAll
    static void start() {
        test = new TestLambda(folder);
    }

    @AfterAll
    static void stop() {
        test.close();
    }

    private static void create(String name, String subscribe, Consumer<Lambda.CreateFunctionRequest.Builder> more) {
        var layer = test.lambda
                .publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> r.layerName(name)
                .content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(TestLambda.zip(
                        Map.of("extensions/listener", LISTENER.replace("SUBSCRIBE", subscribe))))))));
        test.create(name, "nodejs22.x", "index.handler", Map.of("index.js", FUNCTION), r -> {
            r.layers(List.of(layer.layerVersionArn())).timeout(20);
            more.accept(r);
        });
    }

    /** What the extension noted up to the second event. */
    private static List<String> noted(String function) {
        test.invoke(function, "{}");
        Object text = JsonReader.tree(payload(test.invoke(function, "{}")).getBytes(StandardCharsets.UTF_8));
        return ((String) text).lines().toList();
    }

    @Test
    void aSubscriberHearsOfTheInitTheEventsAndEveryLine() {
        create("hears-all", "subscribe('/2022-07-01/telemetry', {'schemaVersion': '2022-12-13', 'types': ['platform', "
                + "'function', 'extension'], 'destination': {'protocol': 'HTTP', 'URI': "
                + "'http://sandbox.localdomain:PORT'}, 'buffering': {'timeoutMs': 25}})", _ -> {});
        List<String> noted = noted("hears-all");
        assertThat(noted).contains("subscribed 200 \"OK\"");
        assertThat(noted)
                .anyMatch(e -> e
                        .matches("\\{\"record\":\\{\"functionArn\":\"arn:[^\"]+\",\"functionName\":\"hears-all\","
                                + "\"functionVersion\":\"\\$LATEST\","
                + "\"initializationType\":\"on-demand\",\"instanceId\":\"[^\"]+\",\"instanceMaxMemory\":134217728,"
                + "\"phase\":\"init\",\"runtimeVersion\":\"[^\"]+\","
                + "\"runtimeVersionArn\":\"[^\"]+\"},\"time\":\"[0-9T:.-]+Z\",\"type\":\"platform.initStart\"}"));
        assertThat(noted)
                .anyMatch(e -> e
                        .contains("\"record\":{\"name\":\"listener\",\"state\":\"Subscribed\",\"types\":[\"platform\","
                                + "\"function\",\"extension\"]}") && e.contains("platform.telemetrySubscription"));
        assertThat(noted)
                .anyMatch(e -> e
                        .contains("{\"record\":{\"initializationType\":\"on-demand\",\"phase\":\"init\","
                                + "\"status\":\"success\"}") && e.contains("platform.initRuntimeDone"));
        assertThat(noted)
                .anyMatch(e -> e
                        .contains("{\"record\":{\"events\":[\"INVOKE\",\"SHUTDOWN\"],\"name\":\"listener\","
                                + "\"state\":\"Ready\"}") && e.contains("platform.extension"));
        assertThat(noted)
                .anyMatch(e -> e.contains("\"metrics\":{\"durationMs\":") && e.contains("platform.initReport"));
        assertThat(noted)
                .anyMatch(e -> e
                        .matches("\\{\"record\":\\{\"requestId\":\"[0-9a-f-]{36}\",\"version\":\"\\$LATEST\"},"
                                + ".*platform.start\"}"));
        assertThat(noted)
                .anyMatch(e -> e
                        .matches("\\{\"record\":\\{\"metrics\":\\{\"durationMs\":[0-9.]+,\"producedBytes\":\\d+},"
                                + "\"requestId\":\"[0-9a-f-]{36}\","
                + "\"spans\":\\[\\{\"durationMs\":[0-9.]+,\"name\":\"responseLatency\",\"start\":\"[^\"]+\"},\\{"
                + "\"durationMs\":[0-9.]+,\"name\":\"responseDuration\",\"start\":\"[^\"]+\"},"
                + "\\{\"durationMs\":[0-9.]+,\"name\":\"runtimeOverhead\",\"start\":\"[^\"]+\"}],"
                + "\"status\":\"success\"},.*platform.runtimeDone\"}"));
        assertThat(noted).anyMatch(e -> e.contains("\"billedDurationMs\":") && e.contains("\"initDurationMs\":")
                && e.contains("extensionOverhead") && e.contains("platform.report"));
        assertThat(noted)
                .anyMatch(e -> e
                        .matches("\\{\"record\":\"[0-9T:.-]+Z\\\\t[0-9a-f-]{36}\\\\tINFO\\\\ttwo\\\\nlines\","
                                + ".*\"type\":\"function\"}"));
        assertThat(noted)
                .anyMatch(e -> e.startsWith("{\"record\":\"ready\",") && e.endsWith("\"type\":\"extension\"}"));
        test.time.advance(Duration.ofSeconds(1));
        test.service.flushLogs();
        assertThat(test.logs.filterLogEvents(caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/hears-all"))).events())
                .extracting(Logs.FilteredLogEvent::message)
                .contains("TELEMETRY\tName: listener\tState: Subscribed\tTypes: [Platform, Function, Extension]");
    }

    @Test
    void inALogOfJsonTheFunctionsLinesAreObjects() {
        create("hears-json", "subscribe('/2022-07-01/telemetry', {'schemaVersion': '2022-12-13', 'types': ['function'],"
                        + " 'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox:PORT/path'}, 'buffering': "
                        + "{'timeoutMs': 25}})",
                r -> r.loggingConfig(Lambda.LoggingConfig.of(l -> l.logFormat("JSON"))));
        assertThat(noted("hears-json")).hasSize(3).element(1).asString()
                .contains("\"level\":\"INFO\",\"message\":\"two\\nlines\"").contains("\"type\":\"function\"");
    }

    @Test
    void inTheFirstSchemaALineIsTextWhateverTheLogIs() {
        create("hears-text", "subscribe('/2022-07-01/telemetry', {'schemaVersion': '2022-07-01', 'types': ['function'],"
                        + " 'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox:PORT/path'}, 'buffering': "
                        + "{'timeoutMs': 25}})",
                r -> r.loggingConfig(Lambda.LoggingConfig.of(l -> l.logFormat("JSON"))));
        assertThat(noted("hears-text")).hasSize(3).element(1).asString()
                .startsWith("{\"record\":\"{\\\"timestamp\\\":");
    }

    @Test
    void whatExtensionsTakeAfterwardsIsMeasured() {
        create("hears-long", "subscribe('/2022-07-01/telemetry', {'types': ['platform'],"
                + " 'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox.localdomain:PORT'}})", _ -> {});
        noted("hears-long");
        test.time.advance(Duration.ofMinutes(1));
        test.metrics.flush();
        assertThat(CloudWatch.at(test.endpoint).listMetrics(caller(), CloudWatch.ListMetricsRequest.of(
                m -> m.namespace("AWS/Lambda").metricName("PostRuntimeExtensionsDuration"))).metrics()).isNotEmpty();
    }

    @Test
    void theOlderApiTellsLess() {
        create("hears-old", "subscribe('/2020-08-15/logs', {'schemaVersion': '2020-08-15', 'types': ['platform'],"
                + " 'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox.localdomain:PORT'}, 'buffering': "
                + "{'timeoutMs': 25}})", _ -> {});
        List<String> noted = noted("hears-old");
        assertThat(noted).contains("subscribed 200 \"OK\"");
        assertThat(noted).noneMatch(e -> e.contains("platform.init") || e.contains("platform.runtimeDone"))
                .anyMatch(e -> e.contains("platform.logsSubscription")).anyMatch(e -> e.contains("platform.start"))
                .anyMatch(e -> e.contains("platform.end")).anyMatch(e -> e.contains("platform.report"));
    }

    @Test
    void whatIsWrongWithASubscriptionIsTold() {
        create("hears-nothing", """
                subscribe('/2022-07-01/telemetry', {'types': [], 'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox.localdomain'}})
                subscribe('/2022-07-01/telemetry', {'types': ['function'], 'destination': {'protocol': 'TCP', 'port': 8080}, 'buffering': {'maxItems': 5}})""", _ -> {});
        assertThat(noted("hears-nothing")).containsExactly(
                "subscribed 400 {\"errorMessage\":\"URI port is not provided; types should not be "
                + "empty\",\"errorType\":\"ValidationError\"}",
                "subscribed 400 {\"errorMessage\":\"buffering.maxItems should be between 1000 and "
                + "10000\",\"errorType\":\"ValidationError\"}");
    }

    @Test
    void anExtensionSubscribesWithOneOfTheTwoApis() {
        create("hears-both", """
                subscribe('/2022-07-01/telemetry', {'types': ['platform'], 'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox:PORT'}})
                subscribe('/2020-08-15/logs', {'types': ['function'], 'destination': {'protocol': 'TCP', 'port': 8080}})""", _ -> {});
        assertThat(noted("hears-both"))
                .contains("subscribed 400 {\"errorMessage\":\"An extension subscribes with one of the"
                + " Telemetry API and the Logs API, not with both\",\"errorType\":\"ValidationError\"}");
    }
}
