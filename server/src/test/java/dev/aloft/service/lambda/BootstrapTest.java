package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static dev.aloft.service.lambda.TestLambda.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Lambda;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What AWS's own runtimes of Node.js and Python do, line by line. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BootstrapTest extends RunningLambda {
    private static void createJson(String name, String runtime, String source, String level) {
        test.create(name, runtime, "index.handler",
                Map.of(runtime.startsWith("python") ? "index.py" : "index.js", source),
                r -> r.timeout(20)
                .loggingConfig(Lambda.LoggingConfig.of(l -> l.logFormat("JSON").applicationLogLevel(level)
                        .systemLogLevel("DEBUG"))));
    }

    @Test
    void nodeLogsObjectsAndErrorsInALogOfJson() {
        createJson("node-json", "nodejs22.x", """
                exports.handler = async () => {
                  console.debug('hidden');
                  console.info({a: 1});
                  console.warn('text %d', 2, {b: 3});
                  console.error(new TypeError('alone'));
                  console.error('with', new RangeError('more'));
                  throw Object.assign(new Error('thrown'), {code: 'E1'});
                };""", "INFO");
        List<String> lines = tail(test.invoke("node-json", "{}"));
        assertThat(lines).noneMatch(l -> l.contains("hidden"))
                .anyMatch(l -> l
                        .matches("\\{\"timestamp\":\"\\S+Z\",\"level\":\"INFO\",\"requestId\":\"[0-9a-f-]{36}\","
                                + "\"message\":\\{\"a\":1}}"))
                .anyMatch(l -> l
                        .matches("\\{\"timestamp\":\"\\S+Z\",\"level\":\"WARN\",\"requestId\":\"[0-9a-f-]{36}\","
                                + "\"message\":\"text 2 \\{ b: 3 }\"}"))
                .anyMatch(l -> l.contains("\"level\":\"ERROR\"")
                        && l.contains("\"message\":{\"errorType\":\"TypeError\",\"errorMessage\":\"alone\","
                                + "\"stackTrace\":[\"TypeError: alone\",\"    at "))
                .anyMatch(l -> l.contains("\"message\":\"with RangeError: more\\n")
                        && l.contains("\",\"errorType\":\"RangeError\",\"errorMessage\":\"more\","
                                + "\"stackTrace\":[\"RangeError: more\""))
                .anyMatch(l -> l.contains("\"message\":{\"errorType\":\"Error\",\"errorMessage\":\"thrown\"")
                        && l.contains("\"code\":\"E1\""))
                .anyMatch(l -> l.contains("\"type\":\"platform.runtimeDone\""))
                .anyMatch(l -> l.contains("\"type\":\"platform.report\""));
    }

    @Test
    void nodeLogsAFailureWithAllThatTheErrorCarries() {
        test.create("node-text", "nodejs22.x",
                "exports.handler = async () => { throw Object.assign(new Error('thrown'), {code: 'E1', more: [1]}); }");
        assertThat(tail(test.invoke("node-text", "{}"))).anyMatch(l -> l.contains(
                "\tERROR\tInvoke Error "
                + "\t{\"errorType\":\"Error\",\"errorMessage\":\"thrown\",\"code\":\"E1\",\"more\":[1],"
                + "\"stack\":[\"Error: thrown\",\"    at "));
        test.create("node-text-string", "nodejs22.x", "exports.handler = async () => { throw 'thrown'; }");
        assertThat(tail(test.invoke("node-text-string", "{}"))).anyMatch(l -> l.contains(
                "\tERROR\tInvoke Error "
                + "\t{\"errorType\":\"Error\",\"errorMessage\":\"thrown\",\"stack\":[\"Error: thrown\""));
    }

    /** As CDK's providers of custom resources do, which look at nothing of the URL but its host and path. */
    @Test
    void nodeAnswersCustomResourcesAtThePortOfTheirUrl() {
        test.create("node-answer", "nodejs22.x", """
                const http = require('http'), https = require('https');
                const server = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
                const listens = new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
                  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${server.address().port}`;
                  resolve(server.address().port);
                }).unref());
                exports.handler = async (event) => event.port ? listens : new Promise((resolve) => {
                  const request = https.request({hostname: '127.0.0.1', path: '/answer?1', method: 'PUT'}, (response) => {
                    response.on('data', (data) => resolve(data.toString()));
                  });
                  request.on('error', () => resolve('failed'));
                  request.end('{}');
                });""");
        String port = payload(test.invoke("node-answer", "{\"port\": true}"));
        assertThat(payload(test.invoke("node-answer", "{}"))).isEqualTo("\"failed\"");
        assertThat(payload(test.invoke("node-answer", "{\"ResponseURL\": \"http://localhost:1/answer\"}")))
                .isEqualTo("\"failed\"");
        assertThat(payload(test.invoke("node-answer", "{\"ResponseURL\": \"http://127.0.0.1:" + port + "/answer?1\"}")))
                .isEqualTo("\"PUT /answer?1\"");
    }

    @Test
    void nodeWarnsOfCallbacksOnceAtTheStart() {
        test.create("node-callback", "nodejs22.x",
                "exports.handler = (event, context, callback) => callback(null, 1);");
        assertThat(payload(test.invoke("node-callback", "{}"))).isEqualTo("1");
    }

    @Test
    void nodeTellsOfModulesAsItsOwnLoaderDoes() {
        test.create("node-import", "nodejs22.x", "index.handler",
                Map.of("index.mjs", "import 'not-there'; export const handler = async () => 1;"), r -> r.timeout(20));
        assertThat(json(test.invoke("node-import", "{}"))).containsEntry("errorType", "Error")
                .containsEntry("errorMessage", "Cannot find package 'not-there' imported from /var/task/index.mjs");
        test.create("node-default", "nodejs22.x", "index.handler",
                Map.of("index.mjs", "export default {handler: async () => 1};"), r -> r.timeout(20));
        assertThat(json(test.invoke("node-default", "{}"))).containsEntry("errorType", "Runtime.HandlerNotFound");
    }

    @Test
    void nodeStreamsMustBeAsyncAndMustEnd() {
        test.create("stream-sync", "nodejs22.x",
                "exports.handler = awslambda.streamifyResponse((event, out) => { out.write('x'); out.end(); });");
        assertThat(payload(test.invoke("stream-sync", "{}")))
                .contains("Streaming does not support non-async handlers.");
        test.create("stream-open", "nodejs22.x",
                "exports.handler = awslambda.streamifyResponse(async (event, out) => { out.write('x'); });");
        assertThat(payload(test.invoke("stream-open", "{}"))).contains("Response stream is not finished.");
    }

    @Test
    void pythonLogsRecordsAndErrorsInALogOfJson() {
        createJson("python-json", "python3.11", """
                import logging
                def handler(event, context):
                    print('printed')
                    logging.info('hidden')
                    logging.warning('told %d', 1, extra={'more': 2})
                    try:
                        raise KeyError('k')
                    except KeyError:
                        logging.exception('caught')
                    raise ValueError('thrown')
                """, "WARN");
        List<String> lines = tail(test.invoke("python-json", "{}"));
        assertThat(lines).contains("printed").noneMatch(l -> l.contains("hidden"))
                .anyMatch(l -> l
                        .matches("\\{\"timestamp\": \"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\", \"level\": "
                                + "\"WARNING\", \"message\": \"told 1\", \"logger\": \"root\","
                        + " \"requestId\": \"[0-9a-f-]{36}\", \"more\": 2}"))
                .anyMatch(l -> l
                        .contains("\"level\": \"ERROR\", \"message\": \"caught\", \"logger\": \"root\", "
                                + "\"stackTrace\": [\"  File \\\"/var/task/index.py\\\", line 7, in handler\\n")
                        && l.contains("\"errorType\": \"KeyError\", \"errorMessage\": \"'k'\", \"requestId\": \"")
                        && l.contains("\"location\": \"/var/task/index.py:handler:9\"}"))
                .anyMatch(l -> l
                        .matches("\\{\"timestamp\": \"[^\"]+Z\", \"log_level\": \"ERROR\", \"errorMessage\": "
                                + "\"thrown\", \"errorType\": \"ValueError\", \"requestId\": \"[0-9a-f-]{36}\", "
                                + "\"stackTrace\": \\[.*"));
    }

    @Test
    void pythonTellsOfAFailedInitTwiceAndWithAWarning() {
        test.create("python-init", "python3.11", "import not_there\n");
        var lines = tail(test.invoke("python-init", "{}"));
        assertThat(lines).first().asString().startsWith("START");
        test.time.advance(java.time.Duration.ofSeconds(1));
        test.service.flushLogs();
        var messages = test.logs.filterLogEvents(TestLambda.caller(),
                dev.aloft.api.Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/python-init")))
                .events().stream().map(dev.aloft.api.Logs.FilteredLogEvent::message).toList();
        assertThat(messages)
                .filteredOn(m ->
                        m.equals("[ERROR] Runtime.ImportModuleError: Unable to import module 'index': No module "
                                + "named 'not_there'\n"
                + "Traceback (most recent call last):")).hasSize(2);
        assertThat(messages)
                .anyMatch(m -> m.startsWith("[WARNING]\t") && m.contains("\t\tLAMBDA_WARNING: Unhandled exception."));
    }

    @Test
    void pythonWritesDecimalsByTheirDigitsAndOldOnesEscapeLetters() {
        test.create("python-digits", "python3.11", "from decimal import Decimal\ndef handler(event, context):\n    "
                + "return [Decimal('1.10'), Decimal('12345678901234567890.123'), 'ü']\n");
        assertThat(payload(test.invoke("python-digits", "{}")))
                .isEqualTo("[1.10, 12345678901234567890.123, \"\\u00fc\"]");
        test.create("python-letters", "python3.12", "def handler(event, context):\n    return 'ü'\n");
        assertThat(payload(test.invoke("python-letters", "{}"))).isEqualTo("\"ü\"");
    }

    @Test
    void whatWasPrintedIsThereThoughTheLineOrTheProcessDoesNotEnd() {
        test.create("python-unended", "python3.11",
                "def handler(event, context):\n    print('no end', end='')\n    return 1\n");
        assertThat(tail(test.invoke("python-unended", "{}"))).contains("no end");
        test.create("python-ends", "python3.11",
                "import os\ndef handler(event, context):\n    print('last words')\n    os._exit(1)\n");
        assertThat(tail(test.invoke("python-ends", "{}"))).contains("last words");
        test.create("node-unended", "nodejs22.x",
                "exports.handler = async () => { process.stdout.write('¥Z no end'); return 1; }");
        assertThat(tail(test.invoke("node-unended", "{}"))).contains("¥Z no end");
    }

    @Test
    void nodeTakesModulesAsAwsDoes() {
        var source = "export const handler = async () => 'module';";
        test.create("detected", "nodejs22.x", source);
        assertThat(payload(test.invoke("detected", "{}"))).contains("Runtime.UserCodeSyntaxError")
                .contains("SyntaxError: Unexpected token 'export'");
        test.create("wanted", "nodejs22.x", "index.handler", Map.of("index.js", source), r -> r.timeout(20).environment(
                Lambda.Environment.of(e -> e.variables(Map.of("NODE_OPTIONS",
                        "--experimental-detect-module --experimental-require-module")))));
        assertThat(payload(test.invoke("wanted", "{}"))).isEqualTo("\"module\"");
    }
}
