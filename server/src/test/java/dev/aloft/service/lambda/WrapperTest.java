package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scripts that a function's runtime is started through, and options that it is started with. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WrapperTest extends RunningLambda {
    private static final String PYTHON = """
            import os, sys
            def handler(event, context):
                return {'mine': os.environ.get('MINE'), 'name': os.environ.get('SEEN'), 'flags': sys.flags.isolated, 'x': list(sys._xoptions),
                        'here': os.getcwd(), 'inner': [n for n in os.environ if 'ALOFT' in n], 'handler': os.environ['_HANDLER']}
            """;
    private static final String NODE = """
            exports.handler = async () => ({mine: process.env.MINE, seen: globalThis.seen, args: process.execArgv, here: process.cwd(),
              inner: Object.keys(process.env).filter((name) => name.includes('ALOFT'))});
            """;
    /** Puts options before the last argument, as AWS's own example does. */
    private static final String SCRIPT = """
            #!/bin/bash
            args=("$@")
            export MINE="from the wrapper" SEEN="$AWS_LAMBDA_FUNCTION_NAME"
            exec "${args[@]:0:$#-1}" $MORE "${args[@]: -1}"
            """;

    private static void create(String name, String runtime, String source, Map<String, String> variables)
            throws IOException {
        String file = runtime.startsWith("python") ? "index.py" : "index.js";
        Path zip = folder.resolve(name + ".zip");
        try (var files = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()),
                Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
            Files.writeString(files.getPath(file), source);
            Files.setPosixFilePermissions(Files.writeString(files.getPath("plain.sh"), SCRIPT),
                    PosixFilePermissions.fromString("rw-r--r--"));
            Files.setPosixFilePermissions(Files.writeString(files.getPath("replace.sh"),
                    "#!/bin/sh\nexec \"$1\" /var/task/index.py\n"), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.writeString(files.getPath("preload.js"), "globalThis.seen = 'preloaded';");
            Path script = Files.writeString(files.getPath("wrap.sh"), SCRIPT);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Bytes content = Bytes.of(Files.readAllBytes(zip));
        test.create(name, runtime, "index.handler", Map.of(),
                r -> r.timeout(20).environment(Lambda.Environment.of(e -> e.variables(variables)))
                .code(Lambda.FunctionCode.of(c -> c.zipFile(content))));
    }

    @Test
    void aWrapperStartsTheRuntimeAndMayChangeItsOptionsAndVariables() throws IOException {
        create("python-wrapped", "python3.11", PYTHON,
                Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/wrap.sh", "MORE", "-X importtime", "MINE", "own"));
        var python = json(test.invoke("python-wrapped", "{}"));
        assertThat(python).containsEntry("mine", "from the wrapper").containsEntry("name", "python-wrapped")
                .containsEntry("here", "/var/task")
                .containsEntry("handler", "index.handler");
        assertThat(python.get("x").toString()).contains("importtime");
        assertThat(python.get("inner").toString()).isEqualTo("[]");
        assertThat(payload(test.invoke("python-wrapped", "{}"))).contains("from the wrapper");

        create("node-wrapped", "nodejs20.x", NODE, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/wrap.sh", "MORE",
                "--expose-gc --require /var/task/preload.js"));
        var node = json(test.invoke("node-wrapped", "{}"));
        assertThat(node).containsEntry("mine", "from the wrapper").containsEntry("seen", "preloaded")
                .containsEntry("here", "/var/task");
        assertThat(node.get("args").toString()).contains("--expose-gc");
        assertThat(node.get("inner").toString()).isEqualTo("[]");
    }

    @Test
    void aWrapperThatIsNotThereOrNotExecutableEndsTheRuntime() throws IOException {
        create("missing", "python3.11", PYTHON, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/missing"));
        var response = test.invoke("missing", "{}");
        assertThat(json(response)).containsEntry("errorType", "Runtime.ExitError");
        assertThat(payload(response)).contains("Error: Runtime exited with error: exit status 127");
        test.time.advance(Duration.ofSeconds(1));
        test.service.flushLogs();
        assertThat(test.logs.filterLogEvents(TestLambda.caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/missing")))
                .events()).extracting(Logs.FilteredLogEvent::message).contains("/opt/missing: does not exist");
        create("plain", "nodejs20.x", NODE, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/plain.sh"));
        assertThat(payload(test.invoke("plain", "{}"))).contains("exit status 126");
    }

    /** As the AWS Lambda Web Adapter does with a web server. */
    @Test
    void aWrapperMayRunAnotherProgramInTheRuntimesPlace() throws IOException {
        create("replaced", "python3.11", """
                import http.client, os
                api = os.environ['AWS_LAMBDA_RUNTIME_API']
                path = '/2018-06-01/runtime/invocation/'
                while True:
                    c = http.client.HTTPConnection(api)
                    c.request('GET', path + 'next')
                    event = c.getresponse()
                    body = event.read()
                    c.request('POST', path + event.headers['Lambda-Runtime-Aws-Request-Id'] + '/response', body)
                    c.getresponse().read()
                """, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/replace.sh"));
        for (int i = 0; i < 2; i++) {
            var response = test.invoke("replaced", "{\"n\":1}");
            assertThat(payload(response)).isEqualTo("{\"n\":1}");
            assertThat(new String(Base64.getDecoder().decode(response.logResult()))).contains("START ", "\nEND ",
                    "\nREPORT ");
        }
    }

    @Test
    void optionsMayNameFilesOfTheFunction() throws IOException {
        create("node-options", "nodejs20.x", NODE, Map.of("NODE_OPTIONS", "--require /var/task/preload.js"));
        assertThat(json(test.invoke("node-options", "{}"))).containsEntry("seen", "preloaded");
    }

    @Test
    void aPathOfOnesOwnIsSearchedForModules() {
        test.create("python-path", "python3.11", "index.handler",
                Map.of("index.py", "import deep\ndef handler(event, context): return deep.N\n",
                "more/deep.py", "N = 5\n"), r -> r.timeout(20).environment(
                Lambda.Environment.of(e -> e.variables(Map.of("PYTHONPATH", "/var/task/more")))));
        assertThat(payload(test.invoke("python-path", "{}"))).isEqualTo("5");
    }

    @Test
    void librariesOfTheFunctionAreFoundByTheirName() throws IOException {
        Path library;
        try (var found =
                Files.find(Path.of("/usr/lib"), 2, (path, _) -> path.getFileName().toString().equals("libz.so.1"))) {
            library = found.findFirst().orElse(null);
        }
        Assumptions.assumeTrue(library != null, "there is a library to take");
        Path zip = folder.resolve("library.zip");
        try (var files = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of("create", "true"))) {
            Files.writeString(files.getPath("index.py"),
                    "import ctypes\ndef handler(event, context):\n    return bool(ctypes.CDLL('libown.so'))\n");
            Files.copy(library, Files.createDirectory(files.getPath("lib")).resolve("libown.so"));
        }
        Bytes content = Bytes.of(Files.readAllBytes(zip));
        test.create("library", "python3.11", "index.handler", Map.of(),
                r -> r.timeout(20).code(Lambda.FunctionCode.of(c -> c.zipFile(content))));
        assertThat(payload(test.invoke("library", "{}"))).isEqualTo("true");
    }

    @Test
    void aCustomRuntimeHasNoWrapper() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("nothing"));
        }
        test.create("custom", "provided.al2023", "any", Map.of(),
                r -> r.code(Lambda.FunctionCode.of(c -> c.zipFile(Bytes.of(bytes.toByteArray()))))
                .environment(Lambda.Environment.of(e ->
                        e.variables(Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/missing")))));
        assertThat(json(test.invoke("custom", "{}"))).containsEntry("errorType", "Runtime.InvalidEntrypoint");
    }
}
