package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where handlers are found, as AWS's pages nodejs-handler.html and python-handler.html say. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandlersTest extends RunningLambda {
    private static final Map<String, String> NODE = Map.of(
            "esm.mjs", "const given = await Promise.resolve('awaited'); export const handler = async () => given;",
            "common.cjs", "exports.handler = async () => 'common';",
            "src/api/index.js", "exports.handler = async () => __dirname; exports.a = {b: {c: async () => 'deep'}};",
            "twice.js", "exports.handler = async () => 'js';", "twice.mjs", "export const handler = () => 'mjs';",
            "typed/package.json", "{\"type\": \"module\"}",
            "typed/index.js", "export const handler = async () => 'typed';",
            "sync.js", "exports.handler = () => 'not awaited';");
    private static final Map<String, String> PYTHON = Map.of("api/__init__.py", "",
            "api/orders.py", "def handler(event, context):\n    return __name__\n",
            "paths.py", "import os, sys\ndef handler(event, context):\n    return [sys.path[0], os.getcwd()]"
                    + " + [p for p in sys.path if p.startswith('/opt') or p == '/var/runtime']\n");

    private static String answer(String runtime, String handler, Map<String, String> files) {
        var name = handler.replace("/", "_").replace(".", "-");
        test.create(name, runtime, handler, new LinkedHashMap<>(files), r -> r.timeout(20));
        return payload(test.invoke(name, "{}"));
    }

    @ParameterizedTest
    @CsvSource({"esm.handler, awaited", "common.handler, common", "src/api/index.handler, /var/task/src/api",
        "src/api/index.a.b.c, deep", "twice.handler, js", "typed/index.handler, typed"})
    void ofNode(String handler, String answer) {
        assertThat(answer("nodejs20.x", handler, NODE)).isEqualTo("\"" + answer + "\"");
    }

    @Test
    void whatNodeReturnsWithoutAPromiseIsNoAnswer() {
        assertThat(answer("nodejs20.x", "sync.handler", NODE)).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource({"api.orders.handler", "api/orders.handler"})
    void ofPython(String handler) {
        assertThat(answer("python3.11", handler, PYTHON)).isEqualTo("\"api.orders\"");
    }

    @Test
    void pythonLooksIntoTheCodeThenLayersThenTheRuntime() {
        test.create("looks", "python3.11", "paths.handler", new LinkedHashMap<>(PYTHON), r -> r.timeout(20));
        assertThat(payload(test.invoke("looks", "{}")))
                .startsWith("[\"/var/task\", \"/var/task\", \"/opt/python/lib/python3.")
                .endsWith("/site-packages\", \"/opt/python\", \"/var/runtime\"]");
    }

    @Test
    void whatIsInstalledBesideTheMachinesPythonIsNotThere() {
        test.create("alone", "python3.11", "alone.handler", new LinkedHashMap<>(Map.of("alone.py", """
                import site, sys
                def handler(event, context):
                    return [each for each in site.getsitepackages() if each in sys.path]
                """)), r -> r.timeout(20));

        assertThat(payload(test.invoke("alone", "{}"))).isEqualTo("[]");
    }

    @Test
    void interpretersAreToldWhereAwsTellsThem() {
        test.create("told", "nodejs20.x", "exports.handler = async () => process.env;");
        assertThat(json(test.invoke("told", "{}")))
                .containsEntry("LANG", "en_US.UTF-8")
                .containsEntry("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin")
                .containsEntry("LD_LIBRARY_PATH", "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
                        + "/var/task:/var/task/lib:/opt/lib")
                .containsEntry("NODE_PATH", "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:"
                        + "/var/runtime/node_modules:/var/runtime:/var/task")
                .containsEntry("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        test.create("told-too", "python3.11", "import os\ndef handler(event, context):\n    return dict(os.environ)\n");
        assertThat(json(test.invoke("told-too", "{}"))).containsEntry("TZ", ":UTC").containsEntry("LANG", "en_US.UTF-8")
                .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11").containsEntry("_HANDLER", "index.handler");
    }
}
